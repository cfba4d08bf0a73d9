-- pg_temp.problem(call): what is wrong with a call, or "no problem". Whatever a failing call did is undone.
CREATE FUNCTION pg_temp.problem(call text, OUT code text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE call;
  message := 'no problem';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
    hint = PG_EXCEPTION_HINT;
END
$$;

-- The same in one line: SQLSTATE and message, detail, hint.
CREATE FUNCTION pg_temp.problem_text(call text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', concat_ws(' ', p.code, p.message), NULLIF(p.detail, ''), NULLIF(p.hint, ''))
  FROM pg_temp.problem(call) AS p
$$;

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

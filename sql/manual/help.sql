COMMENT ON FUNCTION __msar.help_topics() IS
$$Returns the topics of msar.help, each with its functions in the order in which they are listed.$$;

COMMENT ON FUNCTION __msar.help_functions() IS
$$Returns the functions of msar as msar.help lists them: topic, signature and comment.$$;

COMMENT ON FUNCTION msar.help(text) IS
$$Returns the manual of the functions of msar, as rows of text.

Arguments:
  topic: the name of a function, for its whole manual; the name of a topic, for a line about each of
    its functions; any other word, for the functions that have it in their name or summary; NULL
    (default) for a line about every function, by topic
Returns: one row for each line. A name of several functions gives the manual of each. A word that
  nothing has gives one line that says so
Errors: none

Example:
  SELECT * FROM msar.help('list_records');$$;

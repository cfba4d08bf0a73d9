COMMENT ON FUNCTION __msar.mermaid_text(text) IS
$$A text within double quotes of Mermaid, which has no escapes.$$;
COMMENT ON FUNCTION __msar.mermaid_word(text) IS $$A type or a name as a word of Mermaid.$$;
COMMENT ON FUNCTION __msar.dot_text(text) IS $$A text in double quotes of DOT.$$;
COMMENT ON FUNCTION __msar.dot_html(text) IS $$A text within a label of DOT that is HTML.$$;
COMMENT ON FUNCTION __msar.diagram_tables(regnamespace) IS
$$Returns the tables of a schema without partitions, and those of other schemas to which they refer.$$;
COMMENT ON FUNCTION __msar.diagram_columns(regnamespace) IS
$$The columns of the tables of a schema, each with its keys.$$;
COMMENT ON FUNCTION __msar.diagram_links(regnamespace) IS
$$The foreign keys of the tables of a schema.$$;
COMMENT ON FUNCTION __msar.mermaid_diagram(regnamespace) IS $$A diagram of a schema for Mermaid.$$;
COMMENT ON FUNCTION __msar.dot_diagram(regnamespace) IS $$A diagram of a schema for Graphviz.$$;
COMMENT ON FUNCTION __msar.diagram_format(oid, text) IS
$$Refuses a schema that does not exist, and a format that is unknown; returns the format.$$;

COMMENT ON FUNCTION msar.get_schema_diagram(regnamespace, text) IS
$$Returns an entity-relationship diagram of a schema as text.

Arguments:
  sch_id: the schema
  format: mermaid (default), for web pages and Markdown; dot, for Graphviz
Returns: the tables with their columns and keys, and the foreign keys. Tables of other schemas to
  which these refer are shown without columns; partitions are left out. NULL if sch_id is NULL
Errors:
  3F000: no schema has the OID sch_id
  22023: an unknown format

Example:
  SELECT msar.get_schema_diagram('public'::regnamespace, 'dot');$$;

COMMENT ON FUNCTION __msar.mermaid_text(text) IS
$$Returns a text for use in double quotes in Mermaid, which has no escapes.$$;
COMMENT ON FUNCTION __msar.mermaid_word(text) IS $$Returns a type or a name as a word of Mermaid.$$;
COMMENT ON FUNCTION __msar.dot_text(text) IS $$Returns a text in double quotes for DOT.$$;
COMMENT ON FUNCTION __msar.dot_html(text) IS $$Returns a text for use in an HTML label of DOT.$$;
COMMENT ON FUNCTION __msar.diagram_tables(regnamespace) IS
$$Returns the tables of a schema without partitions, and those of other schemas to which they refer.$$;
COMMENT ON FUNCTION __msar.diagram_columns(regnamespace) IS
$$Returns the columns of the tables of a schema, each with its keys.$$;
COMMENT ON FUNCTION __msar.diagram_links(regnamespace) IS
$$Returns the foreign keys of the tables of a schema.$$;
COMMENT ON FUNCTION __msar.mermaid_diagram(regnamespace) IS $$Returns a diagram of a schema for Mermaid.$$;
COMMENT ON FUNCTION __msar.dot_diagram(regnamespace) IS $$Returns a diagram of a schema for Graphviz.$$;
COMMENT ON FUNCTION __msar.diagram_format(oid, text) IS
$$Returns the format of a diagram. Fails if the schema does not exist or the format is unknown.$$;

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

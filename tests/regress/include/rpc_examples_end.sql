DROP SERVER "db.a.example:5433/old" CASCADE;
DROP OWNED BY mathesar_ext_example_visitor;
DROP ROLE mathesar_ext_example_mapped, mathesar_ext_example_user, mathesar_ext_example_reader, mathesar_ext_example_visitor;

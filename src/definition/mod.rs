//! What a caller may ask for: the types that the JSON of definitions is decoded into. What does not fit, an unknown key
//! above all, is refused with the key's name. Nothing here calls PostgreSQL.

pub(crate) mod object;
pub(crate) mod privileges;
pub(crate) mod schema;

//! A large JSON array as parts: PostgreSQL takes an array apart in one go and hears no cancel meanwhile.

/// The elements of a part. More take too long.
const PART: usize = 10_000;

/// Whether an array of so many elements is to be taken apart by its parts.
pub(crate) fn has_parts(count: usize) -> bool {
    count > PART
}

/// The FROM item that numbers the parts of a jsonb array: one row for each, in their order.
pub(crate) fn from_parts(array: &str) -> String {
    format!(
        "pg_catalog.generate_series(0, pg_catalog.jsonb_array_length({array}) OPERATOR(pg_catalog.-) 1, {PART}) AS part(first)"
    )
}

/// The part of a jsonb array that such a row means, as a jsonb array.
pub(crate) fn part_of(array: &str) -> String {
    let last = PART - 1;
    format!(
        "pg_catalog.jsonb_path_query_array({array}, '$[$first to $last]', pg_catalog.jsonb_build_object(\
         'first', part.first, 'last', part.first OPERATOR(pg_catalog.+) {last}))"
    )
}

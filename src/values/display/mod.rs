//! Formatting values by the display options of their column. Pure, like the rest of [`values`](super).

pub(crate) mod duration;
pub(crate) mod number;

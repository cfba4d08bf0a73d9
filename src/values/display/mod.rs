//! Values as people want to see them, by the display options of their column. The other way round than the rest of
//! [`types`](super), and like it without a server.

pub(crate) mod duration;
pub(crate) mod number;

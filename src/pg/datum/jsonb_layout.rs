//! The form of a `jsonb` value on disk, under the names that PostgreSQL's `jsonb.h` has for its parts.

pub(super) const JB_CMASK: u32 = 0x0fff_ffff;
pub(super) const JB_FSCALAR: u32 = 0x1000_0000;
pub(super) const JB_FOBJECT: u32 = 0x2000_0000;
pub(super) const JB_FARRAY: u32 = 0x4000_0000;
pub(super) const JENTRY_OFFLENMASK: u32 = 0x0fff_ffff;
pub(super) const JENTRY_TYPEMASK: u32 = 0x7000_0000;
pub(super) const JENTRY_HAS_OFF: u32 = 0x8000_0000;
pub(super) const JENTRY_ISSTRING: u32 = 0x0000_0000;
pub(super) const JENTRY_ISNUMERIC: u32 = 0x1000_0000;
pub(super) const JENTRY_ISBOOL_FALSE: u32 = 0x2000_0000;
pub(super) const JENTRY_ISBOOL_TRUE: u32 = 0x3000_0000;
pub(super) const JENTRY_ISNULL: u32 = 0x4000_0000;
pub(super) const JENTRY_ISCONTAINER: u32 = 0x5000_0000;

/// Whether there is padding before values of that type, so that they begin at a multiple of 4.
pub(super) fn is_aligned(entry: u32) -> bool {
    matches!(entry & JENTRY_TYPEMASK, JENTRY_ISCONTAINER | JENTRY_ISNUMERIC)
}

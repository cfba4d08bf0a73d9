//! Privileges of the current role, by PostgreSQL's access control lists.

use crate::pg::Oid;
use crate::pg::catalog_row::FromColumn;
use pgrx::pg_sys::{self, AclMode, Datum};
use serde::{Serialize, Serializer};

/// A column of type `aclitem[]`, copied out of the row: an array as PostgreSQL keeps it, in units of its alignment.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Acl(Vec<u64>);

impl Acl {
    /// # Safety
    /// `array` is a detoasted aclitem[].
    unsafe fn copy(array: *const pg_sys::varlena) -> Self {
        // SAFETY: reads as many bytes as the array says it has, into a buffer of at least that size.
        unsafe {
            let bytes = pgrx::varsize_any(array);
            let mut copy = vec![0_u64; bytes.div_ceil(size_of::<u64>())];
            copy.as_mut_ptr()
                .cast::<u8>()
                .copy_from_nonoverlapping(array.cast::<u8>(), bytes);
            Self(copy)
        }
    }

    /// The ACL of a relation to which nothing was granted or revoked.
    fn default_of_relation(owner: Oid) -> Self {
        Self::default_of(ObjectKind::Relation, owner)
    }

    /// The ACL of an object to which nothing was granted or revoked.
    pub(crate) fn default_of(kind: ObjectKind, owner: Oid) -> Self {
        let kind = match kind {
            ObjectKind::Database => pg_sys::ObjectType::OBJECT_DATABASE,
            ObjectKind::Schema => pg_sys::ObjectType::OBJECT_SCHEMA,
            ObjectKind::Relation => pg_sys::ObjectType::OBJECT_TABLE,
        };
        // SAFETY: a fresh aclitem[].
        unsafe { Self::copy(pg_sys::acldefault(kind, owner).cast()) }
    }

    /// The ACL of an object of a catalog to which nothing was granted or revoked.
    pub(crate) fn default_of_class(class: u32, object: Oid, owner: Oid) -> Self {
        use pg_sys::ObjectType as Kind;
        let kind = match Oid::from(class) {
            pg_sys::RelationRelationId if is_sequence(object) => Kind::OBJECT_SEQUENCE,
            pg_sys::RelationRelationId => Kind::OBJECT_TABLE,
            pg_sys::NamespaceRelationId => Kind::OBJECT_SCHEMA,
            pg_sys::ProcedureRelationId => Kind::OBJECT_FUNCTION,
            pg_sys::TypeRelationId => Kind::OBJECT_TYPE,
            _ => return Self::empty(),
        };
        // SAFETY: a fresh aclitem[].
        unsafe { Self::copy(pg_sys::acldefault(kind, owner).cast()) }
    }

    /// The ACL of a column on which nothing was granted.
    pub(crate) fn empty() -> Self {
        // SAFETY: a fresh aclitem[].
        unsafe { Self::copy(pg_sys::make_empty_acl().cast()) }
    }

    /// Grantor and grantee, with all privileges that one has from the other: in the upper 32 bits those it may grant.
    #[allow(
        clippy::useless_conversion,
        reason = "before PostgreSQL 16, privileges had 32 bits in all"
    )]
    pub(crate) fn grants(&self) -> impl Iterator<Item = ((u32, u32), u64)> {
        let half = AclMode::BITS / 2;
        self.items().iter().map(move |item| {
            let privileges = u64::from(item.ai_privs & (AclMode::MAX >> half));
            let options = u64::from(item.ai_privs >> half);
            (
                (item.ai_grantor.to_u32(), item.ai_grantee.to_u32()),
                privileges | options << 32,
            )
        })
    }

    /// Privileges that one role granted to another.
    pub(crate) fn granted(&self, grantor: Oid, grantee: Oid) -> Granted {
        let of_both = |item: &&pg_sys::AclItem| (item.ai_grantor, item.ai_grantee) == (grantor, grantee);
        // A privilege takes a bit of the lower half, the option to grant it one of the upper half.
        let half = AclMode::BITS / 2;
        let lower = AclMode::MAX >> half;
        let rights = self.items().iter().find(of_both).map_or(0, |item| item.ai_privs);
        Granted {
            privileges: Privileges(rights & lower),
            with_option: Privileges(rights >> half),
        }
    }

    fn items(&self) -> &[pg_sys::AclItem] {
        let array = self.0.as_ptr().cast::<pg_sys::ArrayType>();
        // SAFETY: a detoasted aclitem[] without nulls: a header, its dimensions (length, lower bound), and the
        // elements, aligned as the header is.
        unsafe {
            if (*array).ndim != 1 {
                return &[];
            }
            let dimensions = array.add(1).cast::<i32>();
            std::slice::from_raw_parts(dimensions.add(2).cast(), *dimensions as usize)
        }
    }
}

impl FromColumn for Option<Acl> {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: the column is an aclitem[].
        datum.map(|datum| unsafe { Acl::copy(pg_sys::pg_detoast_datum(datum.cast_mut_ptr())) })
    }
}

/// Objects on which privileges can be granted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ObjectKind {
    Database,
    Schema,
    Relation,
}

/// Privileges that a role has from another one.
pub(crate) struct Granted {
    pub(crate) privileges: Privileges,
    /// Those of them that it may grant to others.
    pub(crate) with_option: Privileges,
}

/// A set of privileges.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Privileges(AclMode);

/// The privileges on a whole relation, in the order in which they are listed.
const ON_RELATIONS: [(u32, &str); 7] = [
    (pg_sys::ACL_SELECT, "SELECT"),
    (pg_sys::ACL_INSERT, "INSERT"),
    (pg_sys::ACL_UPDATE, "UPDATE"),
    (pg_sys::ACL_DELETE, "DELETE"),
    (pg_sys::ACL_TRUNCATE, "TRUNCATE"),
    (pg_sys::ACL_REFERENCES, "REFERENCES"),
    (pg_sys::ACL_TRIGGER, "TRIGGER"),
];

/// Those that relations do not have, and those that the contract of the lists above does not know.
const OTHERS: &[(u32, &str)] = &[
    (pg_sys::ACL_CONNECT, "CONNECT"),
    (pg_sys::ACL_CREATE, "CREATE"),
    (pg_sys::ACL_CREATE_TEMP, "TEMPORARY"),
    (pg_sys::ACL_USAGE, "USAGE"),
    (pg_sys::ACL_EXECUTE, "EXECUTE"),
    #[cfg(any(feature = "pg17", feature = "pg18"))]
    (pg_sys::ACL_MAINTAIN, "MAINTAIN"),
];

/// The privileges that can be granted on a single column.
const ON_COLUMNS: [(u32, &str); 4] = [
    (pg_sys::ACL_SELECT, "SELECT"),
    (pg_sys::ACL_INSERT, "INSERT"),
    (pg_sys::ACL_UPDATE, "UPDATE"),
    (pg_sys::ACL_REFERENCES, "REFERENCES"),
];

impl Privileges {
    fn every() -> Self {
        Self(ON_RELATIONS.iter().map(|(bit, _)| AclMode::from(*bit)).sum())
    }

    /// The privilege of that name, if there is one.
    pub(crate) fn named(name: &str) -> Self {
        let known = ON_RELATIONS
            .iter()
            .chain(OTHERS)
            .find(|(_, known)| *known == name);
        Self(known.map_or(0, |(bit, _)| AclMode::from(*bit)))
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without `other`.
    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether none of them can be granted on a column.
    pub(crate) fn is_none_on_columns(&self) -> bool {
        self.names(&ON_COLUMNS).next().is_none()
    }

    /// Serializes the names, as privileges of columns.
    pub(crate) fn on_columns<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names(&ON_COLUMNS))
    }

    /// Whether all of `other` are among these.
    pub(crate) fn include(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    pub(crate) fn includes_select(self) -> bool {
        self.0 & AclMode::from(pg_sys::ACL_SELECT) != 0
    }

    /// Serializes the names, as privileges of a relation.
    pub(crate) fn on_relation<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names(&ON_RELATIONS))
    }

    fn names(self, known: &[(u32, &'static str)]) -> impl Iterator<Item = &'static str> {
        known
            .iter()
            .filter(move |(bit, _)| self.0 & AclMode::from(*bit) != 0)
            .map(|(_, name)| *name)
    }
}

fn is_sequence(relation: Oid) -> bool {
    // SAFETY: a look-up; zero for an unknown relation.
    unsafe { pg_sys::get_rel_relkind(relation) as u8 == pg_sys::RELKIND_SEQUENCE }
}

/// The privileges of an item of an ACL, in SQL: those that are held, and those that may be granted.
pub(crate) fn privilege_names(rights: u64) -> [Vec<&'static str>; 2] {
    const HALF: u32 = 32;
    let names = |rights: u64| {
        let known = ON_RELATIONS.iter().chain(OTHERS);
        known
            .filter(|(bit, _)| rights & u64::from(*bit) != 0)
            .map(|(_, name)| *name)
            .collect()
    };
    [names(rights & u64::from(u32::MAX)), names(rights >> HALF)]
}

/// Privileges on a column. Serializes the names of those that columns have.
pub(crate) struct OnColumn(pub(crate) Privileges);

impl Serialize for OnColumn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.names(&ON_COLUMNS))
    }
}

/// The current role, with what follows from its memberships alone.
pub(crate) struct CurrentRole {
    oid: Oid,
    is_superuser: bool,
    reads_all_data: bool,
    writes_all_data: bool,
}

impl CurrentRole {
    pub(crate) fn current() -> Self {
        // SAFETY: plain questions about the session's role.
        unsafe {
            let oid = pg_sys::GetUserId();
            Self {
                oid,
                is_superuser: pg_sys::superuser_arg(oid),
                reads_all_data: pg_sys::has_privs_of_role(oid, pg_sys::ROLE_PG_READ_ALL_DATA.into()),
                writes_all_data: pg_sys::has_privs_of_role(oid, pg_sys::ROLE_PG_WRITE_ALL_DATA.into()),
            }
        }
    }

    /// As whom the role grants and revokes these privileges on an object, and which of them it may.
    pub(crate) fn grantor(&self, privileges: Privileges, acl: &Acl, owner: Oid) -> (Oid, Privileges) {
        let (mut grantor, mut options) = (Oid::INVALID, 0);
        // SAFETY: a detoasted and aligned aclitem[], and places for the two answers.
        unsafe {
            pg_sys::select_best_grantor(
                self.oid,
                privileges.0,
                acl.0.as_ptr().cast(),
                owner,
                &mut grantor,
                &mut options,
            );
        }
        // The bits of the upper half are grant options.
        (grantor, Privileges(options >> (AclMode::BITS / 2)))
    }

    /// Whether the role has the privileges of `owner` without `SET ROLE`.
    pub(crate) fn has_rights_of(&self, owner: Oid) -> bool {
        // SAFETY: a plain question; an unknown role gives false.
        unsafe { pg_sys::has_privs_of_role(self.oid, owner) }
    }

    /// The privileges on a relation, by the rules of PostgreSQL's `pg_class_aclmask`, from the ACL as our snapshot
    /// has it: asking by OID would raise an error for a relation that was dropped meanwhile.
    pub(crate) fn privileges_on_relation(
        &self,
        relation: Oid,
        is_view: bool,
        owner: Oid,
        acl: Option<&Acl>,
    ) -> Privileges {
        if self.is_superuser {
            return Privileges::every();
        }
        let mut granted = match acl {
            Some(acl) => self.granted(acl, owner).0,
            None => self.granted(&Acl::default_of_relation(owner), owner).0,
        };
        if self.reads_all_data {
            granted |= AclMode::from(pg_sys::ACL_SELECT);
        }
        let write = AclMode::from(pg_sys::ACL_INSERT | pg_sys::ACL_UPDATE | pg_sys::ACL_DELETE);
        if self.writes_all_data {
            granted |= write;
        }
        // SAFETY: a plain question about an OID.
        if !is_view && unsafe { pg_sys::IsCatalogRelationOid(relation) } {
            granted &= !(write | AclMode::from(pg_sys::ACL_TRUNCATE));
        }
        Privileges(granted)
    }

    /// The privileges that a column's own ACL adds to those on its relation.
    pub(crate) fn privileges_on_column(&self, owner: Oid, acl: &Acl) -> Privileges {
        self.granted(acl, owner)
    }

    fn granted(&self, acl: &Acl, owner: Oid) -> Privileges {
        let array = acl.0.as_ptr().cast::<pg_sys::Acl>();
        // SAFETY: a detoasted and aligned aclitem[].
        Privileges(unsafe {
            pg_sys::aclmask(
                array,
                self.oid,
                owner,
                Privileges::every().0,
                pg_sys::AclMaskHow::ACLMASK_ALL,
            )
        })
    }
}

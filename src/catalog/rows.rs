//! Rows of PostgreSQL's catalogs, and the indexes by which they are read.
//!
//! Field names are the catalogs' own. The numbers are OIDs that PostgreSQL assigns once and for all (a test compares
//! them with the names given here).

use crate::catalog_row;
use crate::pg::acl::Acl;
use crate::pg::catalog_row::{CatalogRow, Char, ScannedRow, Text};
use crate::pg::scan::{Reader, ScanKey};
use crate::pg::{Oid, quote, relations};

/// Declares OIDs by name: those of a catalog in upper case, those of an index without its suffix `_index`.
macro_rules! oids {
    ($(#[$meta:meta])* $module:ident { $($name:ident = $oid:literal),* $(,)? }) => {
        $(#[$meta])*
        pub(crate) mod $module {
            $(pub(crate) const $name: u32 = $oid;)*

            #[cfg(any(test, feature = "pg_test"))]
            pub(crate) const ALL: &[(&str, u32)] = &[$((stringify!($name), $oid)),*];
        }
    };
}

oids!(
    /// OIDs of the catalogs.
    catalog_oid {
        PG_TYPE = 1247,
        PG_ATTRIBUTE = 1249,
        PG_PROC = 1255,
        PG_CLASS = 1259,
        PG_AUTHID = 1260,
        PG_AUTH_MEMBERS = 1261,
        PG_DATABASE = 1262,
        PG_DB_ROLE_SETTING = 2964,
        PG_SEQUENCE = 2224,
        PG_AM = 2601,
        PG_ATTRDEF = 2604,
        PG_CAST = 2605,
        PG_CONSTRAINT = 2606,
        PG_DEPEND = 2608,
        PG_DESCRIPTION = 2609,
        PG_INDEX = 2610,
        PG_INHERITS = 2611,
        PG_NAMESPACE = 2615,
        PG_REWRITE = 2618,
        PG_TRIGGER = 2620,
        PG_OPCLASS = 2616,
        PG_OPERATOR = 2617,
        PG_PARTITIONED_TABLE = 3350,
        PG_POLICY = 3256,
        PG_EXTENSION = 3079,
        PG_STATISTIC_EXT = 3381,
        PG_COLLATION = 3456,
        PG_ENUM = 3501,
        PG_TRANSFORM = 3576,
    }
);

oids!(
    /// OIDs of their indexes.
    index_oid {
        PG_INHERITS_PARENT = 2187,
        PG_AM_OID = 2652,
        PG_ATTRDEF_ADRELID_ADNUM = 2656,
        PG_ATTRIBUTE_RELID_ATTNUM = 2659,
        PG_CLASS_OID = 2662,
        PG_CONSTRAINT_CONRELID_CONTYPID_CONNAME = 2665,
        PG_CONSTRAINT_CONTYPID = 2666,
        PG_CONSTRAINT_OID = 2667,
        PG_DATABASE_OID = 2672,
        PG_DB_ROLE_SETTING_DATABASEID_ROL = 2965,
        PG_DEPEND_DEPENDER = 2673,
        PG_DEPEND_REFERENCE = 2674,
        PG_DESCRIPTION_O_C_O = 2675,
        PG_INDEX_INDEXRELID = 2679,
        PG_INHERITS_RELID_SEQNO = 2680,
        PG_NAMESPACE_OID = 2685,
        PG_OPCLASS_OID = 2687,
        PG_OPERATOR_OID = 2688,
        PG_COLLATION_OID = 3085,
        PG_PARTITIONED_TABLE_PARTRELID = 3351,
        PG_SEQUENCE_SEQRELID = 5002,
        PG_AUTH_MEMBERS_ROLE_MEMBER = 2694,
        PG_AUTH_MEMBERS_MEMBER_ROLE = 2695,
        PG_AUTHID_OID = 2677,
        PG_TYPE_OID = 2703,
        PG_ENUM_TYPID_SORTORDER = 3534,
    }
);

catalog_row!(
    /// A relation.
    #[derive(Clone)]
    PgClass, catalog_oid::PG_CLASS, {
        oid: Oid,
        relname: String,
        relnamespace: Oid,
        relowner: Oid,
        reltuples: f32,
        relkind: Char,
        relpersistence: Char,
        reloftype: Oid,
        relispartition: bool,
        relhasrules: bool,
        relacl: Option<Acl>,
    }
);

/// Rows that belong to a relation.
pub(crate) trait OfRelation: CatalogRow {
    /// The index by which they are found.
    const INDEX: u32;
    /// The keys of the search.
    fn keys(relation: Oid) -> Vec<(&'static str, ScanKey)>;

    fn of_relation(reader: &Reader, relation: Oid) -> Vec<Self> {
        reader.by_index(Self::INDEX, &Self::keys(relation))
    }
}

impl PgClass {
    pub(crate) fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader.by_unique_index(index_oid::PG_CLASS_OID, &[("oid", ScanKey::Oid(oid))])
    }

    /// Every relation of the database.
    pub(crate) fn all(reader: &Reader) -> Vec<Self> {
        reader.by_full_scan(&[])
    }

    pub(crate) fn of_schema(reader: &Reader, schema: Oid) -> Vec<Self> {
        reader.by_full_scan(&[("relnamespace", ScanKey::Oid(schema))])
    }
}

catalog_row!(
    /// A column.
    #[derive(Clone)]
    PgAttribute, catalog_oid::PG_ATTRIBUTE, usually 32, {
        attrelid: Oid,
        attname: String,
        atttypid: Oid,
        attnum: i16,
        atttypmod: i32,
        attnotnull: bool,
        atthasdef: bool,
        attidentity: Char,
        attgenerated: Char,
        attisdropped: bool,
        attislocal: bool,
        attinhcount: i16,
        attcollation: Oid,
        attacl: Option<Acl>,
    }
);

impl OfRelation for PgAttribute {
    const INDEX: u32 = index_oid::PG_ATTRIBUTE_RELID_ATTNUM;
    fn keys(relation: Oid) -> Vec<(&'static str, ScanKey)> {
        vec![
            ("attrelid", ScanKey::Oid(relation)),
            ("attnum", ScanKey::Positive),
        ]
    }
}

impl PgAttribute {
    /// The live columns of a relation, in attnum order.
    pub(crate) fn live(reader: &Reader, relation: Oid) -> Vec<Self> {
        let mut columns = Self::of_relation(reader, relation);
        columns.retain(|column| !column.attisdropped);
        columns
    }

    /// Its name as SQL.
    pub(crate) fn sql(&self) -> String {
        quote::identifier(&self.attname)
    }

    /// One live column.
    pub(crate) fn by_number(reader: &Reader, relation: Oid, attnum: i16) -> Option<Self> {
        let keys = [
            ("attrelid", ScanKey::Oid(relation)),
            ("attnum", ScanKey::Int2(attnum)),
        ];
        reader
            .by_unique_index(index_oid::PG_ATTRIBUTE_RELID_ATTNUM, &keys)
            .filter(|column: &Self| !column.attisdropped)
    }
}

catalog_row!(
    /// A default, or the expression of a generated column.
    PgAttrdef, catalog_oid::PG_ATTRDEF, usually 16, { adnum: i16, adbin: Text }
);

impl OfRelation for PgAttrdef {
    const INDEX: u32 = index_oid::PG_ATTRDEF_ADRELID_ADNUM;
    fn keys(relation: Oid) -> Vec<(&'static str, ScanKey)> {
        vec![("adrelid", ScanKey::Oid(relation))]
    }
}

catalog_row!(
    /// A constraint of a table or a domain.
    PgConstraint, catalog_oid::PG_CONSTRAINT, {
        contype: Char,
        oid: Oid,
        conname: String,
        condeferrable: bool,
        condeferred: bool,
        conenforced: Option<bool>,
        convalidated: bool,
        conrelid: Oid,
        conparentid: Oid,
        conindid: Oid,
        confrelid: Oid,
        confupdtype: Char,
        confdeltype: Char,
        confmatchtype: Char,
        conkey: Vec<i16>,
        confkey: Vec<i16>,
        confdelsetcols: Option<Vec<i16>>,
        conperiod: Option<bool>,
    }
);

/// Those of a relation, except not-null constraints, which are described with their columns.
impl OfRelation for PgConstraint {
    const INDEX: u32 = index_oid::PG_CONSTRAINT_CONRELID_CONTYPID_CONNAME;
    fn keys(relation: Oid) -> Vec<(&'static str, ScanKey)> {
        vec![("conrelid", ScanKey::Oid(relation))]
    }

    fn of_relation(reader: &Reader, relation: Oid) -> Vec<Self> {
        // The first field. There are more of these than of all others together.
        let is_wanted = |row: &ScannedRow<'_>| row.column::<Char>(0) != Char(b'n');
        reader.by_index_where(Self::INDEX, &Self::keys(relation), is_wanted)
    }
}

impl PgConstraint {
    pub(crate) fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader.by_unique_index(index_oid::PG_CONSTRAINT_OID, &[("oid", ScanKey::Oid(oid))])
    }

    pub(crate) fn of_domain(reader: &Reader, domain: Oid) -> Vec<Self> {
        reader.by_index(
            index_oid::PG_CONSTRAINT_CONTYPID,
            &[("contypid", ScanKey::Oid(domain))],
        )
    }
}

catalog_row!(
    /// A constraint: which it is, and the relation that it refers to.
    #[derive(Clone, Copy)]
    ConstraintOutline, catalog_oid::PG_CONSTRAINT, usually 16, { oid: Oid, contype: Char, conindid: Oid, confrelid: Oid }
);

impl ConstraintOutline {
    /// Whether it is the key or the exclusion constraint that its index is for. (That of a foreign key is the other table's.)
    pub(crate) fn is_key(&self) -> bool {
        matches!(self.contype.0, b'p' | b'u' | b'x')
    }

    /// Those of a relation, not-null constraints as well.
    pub(crate) fn all_of_relation(reader: &Reader, relation: Oid) -> Vec<Self> {
        reader.by_index(PgConstraint::INDEX, &PgConstraint::keys(relation))
    }
}

catalog_row!(
    /// A constraint: its name, its schema, its relation.
    ConstraintName, catalog_oid::PG_CONSTRAINT, { conname: String, connamespace: Oid, conrelid: Oid }
);

impl ConstraintName {
    pub(crate) fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader.by_unique_index(index_oid::PG_CONSTRAINT_OID, &[("oid", ScanKey::Oid(oid))])
    }
}

catalog_row!(
    /// A constraint, if it is a foreign key: what it takes to follow one.
    PgForeignKey, catalog_oid::PG_CONSTRAINT, {
        oid: Oid,
        contype: Char,
        conparentid: Oid,
        confrelid: Oid,
        conkey: Vec<i16>,
        confkey: Vec<i16>,
        conpfeqop: Vec<Oid>,
        conperiod: Option<bool>,
    }
);

impl OfRelation for PgForeignKey {
    const INDEX: u32 = PgConstraint::INDEX;
    fn keys(relation: Oid) -> Vec<(&'static str, ScanKey)> {
        PgConstraint::keys(relation)
    }
}

catalog_row!(
    /// A constraint, if it is a not-null constraint (since PostgreSQL 18): whether it holds for all rows.
    PgNotNull, catalog_oid::PG_CONSTRAINT, { contype: Char, convalidated: bool }
);

impl OfRelation for PgNotNull {
    const INDEX: u32 = PgConstraint::INDEX;
    fn keys(relation: Oid) -> Vec<(&'static str, ScanKey)> {
        PgConstraint::keys(relation)
    }
}

catalog_row!(
    /// That one object depends on another.
    PgDepend, catalog_oid::PG_DEPEND, usually 32, {
        classid: Oid,
        objid: Oid,
        objsubid: i32,
        refclassid: Oid,
        refobjid: Oid,
        refobjsubid: i32,
        deptype: Char,
    }
);

/// The dependents of a relation or of its columns.
impl OfRelation for PgDepend {
    const INDEX: u32 = index_oid::PG_DEPEND_REFERENCE;
    fn keys(relation: Oid) -> Vec<(&'static str, ScanKey)> {
        vec![
            ("refclassid", ScanKey::Oid(catalog_oid::PG_CLASS.into())),
            ("refobjid", ScanKey::Oid(relation)),
        ]
    }
}

impl PgDepend {
    /// The dependents of an object or of a part of it.
    pub(crate) fn on_object(reader: &Reader, class: Oid, object: Oid) -> Vec<Self> {
        let keys = [
            ("refclassid", ScanKey::Oid(class)),
            ("refobjid", ScanKey::Oid(object)),
        ];
        reader.by_index(index_oid::PG_DEPEND_REFERENCE, &keys)
    }

    /// The objects that an object or a part of it depends on.
    pub(crate) fn of_object(reader: &Reader, class: Oid, object: Oid) -> Vec<Self> {
        let keys = [("classid", ScanKey::Oid(class)), ("objid", ScanKey::Oid(object))];
        reader.by_index(index_oid::PG_DEPEND_DEPENDER, &keys)
    }
}

catalog_row!(
    /// A comment.
    PgDescription, catalog_oid::PG_DESCRIPTION, usually 16, { objsubid: i32, description: Text }
);

impl PgDescription {
    /// The comment on an object, or on a part of it.
    pub(crate) fn of_part(reader: &Reader, class: Oid, object: Oid, part: i32) -> Option<Self> {
        let keys = [
            ("objoid", ScanKey::Oid(object)),
            ("classoid", ScanKey::Oid(class)),
        ];
        let rows: Vec<Self> = reader.by_index(index_oid::PG_DESCRIPTION_O_C_O, &keys);
        rows.into_iter().find(|row| row.objsubid == part)
    }
}

/// The comments on a relation (`objsubid` 0) and on its columns.
impl OfRelation for PgDescription {
    const INDEX: u32 = index_oid::PG_DESCRIPTION_O_C_O;
    fn keys(relation: Oid) -> Vec<(&'static str, ScanKey)> {
        vec![
            ("objoid", ScanKey::Oid(relation)),
            ("classoid", ScanKey::Oid(catalog_oid::PG_CLASS.into())),
        ]
    }
}

catalog_row!(
    /// That a table inherits from another, or is a partition of it.
    PgInherits, catalog_oid::PG_INHERITS, { inhrelid: Oid, inhparent: Oid }
);

impl PgInherits {
    pub(crate) fn parents(reader: &Reader, child: Oid) -> Vec<Self> {
        reader.by_index(
            index_oid::PG_INHERITS_RELID_SEQNO,
            &[("inhrelid", ScanKey::Oid(child))],
        )
    }

    pub(crate) fn children(reader: &Reader, parent: Oid) -> Vec<Self> {
        reader.by_index(
            index_oid::PG_INHERITS_PARENT,
            &[("inhparent", ScanKey::Oid(parent))],
        )
    }
}

catalog_row!(
    /// A schema.
    PgNamespace, catalog_oid::PG_NAMESPACE, { nspname: String, nspowner: Oid, nspacl: Option<Acl> }
);

impl PgNamespace {
    pub(crate) fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader.by_unique_index(index_oid::PG_NAMESPACE_OID, &[("oid", ScanKey::Oid(oid))])
    }
}

catalog_row!(
    /// A database.
    PgDatabase, catalog_oid::PG_DATABASE, { datname: String, datdba: Oid, datacl: Option<Acl> }
);

impl PgDatabase {
    pub(crate) fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader.by_unique_index(index_oid::PG_DATABASE_OID, &[("oid", ScanKey::Oid(oid))])
    }
}

catalog_row!(
    /// What is set for a role, or for all, in a database, or in all: `name=value`.
    PgDbRoleSetting, catalog_oid::PG_DB_ROLE_SETTING, { setconfig: Vec<String> }
);

impl PgDbRoleSetting {
    /// Whether nothing was ever set.
    pub(crate) fn is_empty() -> bool {
        relations::has_no_pages(catalog_oid::PG_DB_ROLE_SETTING.into())
    }

    /// The invalid OID means all.
    pub(crate) fn of_role(reader: &Reader, database: Oid, role: Oid) -> Option<Self> {
        let keys = [
            ("setdatabase", ScanKey::Oid(database)),
            ("setrole", ScanKey::Oid(role)),
        ];
        reader.by_unique_index(index_oid::PG_DB_ROLE_SETTING_DATABASEID_ROL, &keys)
    }
}

catalog_row!(
    /// That a role is a member of another. The options came with PostgreSQL 16.
    PgAuthMembers, catalog_oid::PG_AUTH_MEMBERS, {
        roleid: Oid,
        member: Oid,
        grantor: Oid,
        admin_option: bool,
        inherit_option: Option<bool>,
        set_option: Option<bool>,
    }
);

impl PgAuthMembers {
    /// The memberships in a role.
    pub(crate) fn of_role(reader: &Reader, role: Oid) -> Vec<Self> {
        reader.by_index(
            index_oid::PG_AUTH_MEMBERS_ROLE_MEMBER,
            &[("roleid", ScanKey::Oid(role))],
        )
    }

    /// The roles of which a role is a member.
    pub(crate) fn of_member(reader: &Reader, member: Oid) -> Vec<Self> {
        reader.by_index(
            index_oid::PG_AUTH_MEMBERS_MEMBER_ROLE,
            &[("member", ScanKey::Oid(member))],
        )
    }
}

catalog_row!(
    /// A role.
    PgAuthid, catalog_oid::PG_AUTHID, { rolsuper: bool, rolinherit: bool }
);

impl PgAuthid {
    pub(crate) fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader.by_unique_index(index_oid::PG_AUTHID_OID, &[("oid", ScanKey::Oid(oid))])
    }
}

catalog_row!(
    /// A type.
    PgType, catalog_oid::PG_TYPE, {
        typname: String,
        typnamespace: Oid,
        typlen: i16,
        typtype: Char,
        typcategory: Char,
        typelem: Oid,
        typarray: Oid,
        typnotnull: bool,
        typbasetype: Oid,
        typtypmod: i32,
        typcollation: Oid,
    }
);

impl PgType {
    pub(crate) fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader.by_unique_index(index_oid::PG_TYPE_OID, &[("oid", ScanKey::Oid(oid))])
    }
}

catalog_row!(
    /// An operator.
    PgOperator, catalog_oid::PG_OPERATOR, {
        oprname: String,
        oprnamespace: Oid,
        oprleft: Oid,
        oprright: Oid,
    }
);

impl PgOperator {
    pub(crate) fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader.by_unique_index(index_oid::PG_OPERATOR_OID, &[("oid", ScanKey::Oid(oid))])
    }
}

catalog_row!(
    /// A collation.
    PgCollation, catalog_oid::PG_COLLATION, { collname: String, collnamespace: Oid }
);

impl PgCollation {
    pub(crate) fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader.by_unique_index(index_oid::PG_COLLATION_OID, &[("oid", ScanKey::Oid(oid))])
    }
}

catalog_row!(
    /// A label of an enum.
    PgEnum, catalog_oid::PG_ENUM, { enumlabel: String }
);

impl PgEnum {
    /// The labels of an enum in sort order.
    pub(crate) fn of_type(reader: &Reader, enum_type: Oid) -> Vec<Self> {
        reader.by_index(
            index_oid::PG_ENUM_TYPID_SORTORDER,
            &[("enumtypid", ScanKey::Oid(enum_type))],
        )
    }
}

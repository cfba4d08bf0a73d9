//! A column of text becomes a foreign key to a table that exists.
//!
//! One query compares the distinct texts with the rows of the referent (a hash join), and its result is kept as a map
//! for as long as one ALTER TABLE rewrites the column through it. So each row of the table is read once to be grouped,
//! and written once; attnum, comment, metadata and privileges of the column stay, and no trigger of a user fires.
//!
//! Mostly that query is left out: the map has the texts of the referent, to which rows were added for missing texts, and the
//! ALTER TABLE counts. Where every text must lead to a row, the first one that leads nowhere ends it, and all texts are
//! compared, to tell what is wrong.

use super::aside::{Aside, ChangedPart};
use super::error::{LinkError, TablesError};
use super::linked_keys::{KeysOfTexts, UnknownText, with_keys};
use super::table::Table;
use super::unmatched::{MatchCounts, TextMatch, UnmatchedValues, ValueCount};
use crate::catalog::plain_sql;
use crate::catalog::rows::PgAttribute;
use crate::catalog::{Catalog, row_key};
use crate::ddl::name::check_length;
use crate::ddl::script::{self, Script};
use crate::definition::name::ColumnRef;
use crate::error::Error;
use crate::pg::ownership::{self, AlterLock};
use crate::pg::snapshot::Snapshot;
use crate::pg::type_name::TypeId;
use crate::pg::{Oid, comparison, deparse, lock, quote, server, stream, subtransaction};
use crate::previews::{self, Purpose, Templates};
use pgrx::prelude::PgSqlErrorCode;
use serde::{Deserialize, Serialize};

/// The options of `msar.link_column`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[serde(expecting = "an object")]
pub(crate) struct LinkOptions {
    /// The column of the referent that has the texts; none for the preview of its rows.
    by: Option<ColumnRef>,
    compare: TextComparison,
    on_missing: MissingValues,
    /// The name of the column afterwards.
    name: Option<String>,
    /// The most examples of each sort.
    examples: usize,
    dry_run: bool,
}

impl Default for LinkOptions {
    fn default() -> Self {
        Self {
            by: None,
            compare: TextComparison::default(),
            on_missing: MissingValues::default(),
            name: None,
            examples: 20,
            dry_run: false,
        }
    }
}

/// When two texts are the same.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum TextComparison {
    #[default]
    Exact,
    /// Whatever their case, and the blanks around them. A blank text is no value.
    Caseless,
}

impl TextComparison {
    /// A text, as it is compared. (NULLIF would look for its operator on the search_path.)
    fn normalize(self, sql: &str) -> String {
        match self {
            // Byte by byte: collations may call two texts equal that are not the same.
            Self::Exact => format!("(({sql}) COLLATE pg_catalog.\"C\")"),
            Self::Caseless => format!(
                "(CASE WHEN {0} OPERATOR(pg_catalog.<>) '' THEN pg_catalog.lower({0} COLLATE pg_catalog.\"default\") END \
                 COLLATE pg_catalog.\"C\")",
                format_args!("pg_catalog.btrim({sql}, E' \\t\\n\\r')")
            ),
        }
    }
}

/// How texts are handled that no row of the referent has.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum MissingValues {
    #[default]
    Error,
    Null,
    Create,
}

/// The result of `msar.link_column`.
#[derive(Serialize)]
pub(crate) struct LinkReport {
    column: i16,
    name: String,
    #[serde(rename = "type")]
    type_name: String,
    referent: u32,
    matched: ValueCount,
    ambiguous: UnmatchedValues,
    missing: UnmatchedValues,
    /// Rows without a text.
    empty_rows: u64,
    /// Rows that were added to the referent.
    created: u64,
    is_possible: bool,
    dry_run: bool,
    statements: Vec<String>,
}

/// Makes a foreign key of a column.
pub(crate) fn link_column(
    relation: Oid,
    column: &str,
    referent: Oid,
    options: &LinkOptions,
    with_views_aside: Aside,
) -> Result<LinkReport, Error> {
    let run = || -> Result<LinkReport, Error> {
        let (outcome, statements) = script::record_statements(|| {
            let link = ColumnLink::for_column(relation, column, referent, options)?;
            let part = ChangedPart::Columns(vec![link.column.attnum]);
            let mut report = None;
            with_views_aside(relation, &part, &mut || {
                report = Some(link.run()?);
                Ok(())
            })?;
            report.ok_or(Error::Vanished)
        });
        Ok(LinkReport {
            statements,
            ..outcome?
        })
    };
    if options.dry_run {
        subtransaction::rolled_back(run)
    } else {
        run()
    }
}

/// The two columns that are linked.
struct ColumnLink<'a> {
    options: &'a LinkOptions,
    table: Table,
    column: PgAttribute,
    referent: Table,
    key: PgAttribute,
    /// The column of the referent that has the texts.
    by: Option<PgAttribute>,
}

impl<'a> ColumnLink<'a> {
    fn for_column(
        relation: Oid,
        column: &str,
        referent: Oid,
        options: &'a LinkOptions,
    ) -> Result<Self, Error> {
        let table = Table::lock(relation, AlterLock::AccessExclusive)?;
        if ownership::row_security_applies(table.oid()) {
            Err(TablesError::HiddenRows {
                relation: table.name().to_owned(),
            })?;
        }
        lock::share_until_commit(referent);
        let referent = Table::read_relation(referent)?;
        let key = match referent.primary_key() {
            &[attnum] => referent.find_column(attnum.into())?.clone(),
            _ => Err(TablesError::NoSingleKey {
                relation: referent.name().to_owned(),
            })?,
        };
        let by = match &options.by {
            Some(by) => Some(column_named(&referent, by)?.clone()),
            None if options.on_missing == MissingValues::Create => Err(LinkError::NothingToCreate {
                relation: referent.name().to_owned(),
            })?,
            None => None,
        };
        if let Some(name) = &options.name {
            check_length(name)?;
        }
        Ok(Self {
            options,
            column: named_column(&table, column)?.clone(),
            table,
            referent,
            key,
            by,
        })
    }

    fn run(&self) -> Result<LinkReport, Error> {
        if !self.options.dry_run
            && let Some(report) = self.link_at_once()?
        {
            return Ok(report);
        }
        let mut found = self.compare()?;
        let mut created = 0;
        let has_misfits = |counts: &MatchCounts| match self.options.on_missing {
            MissingValues::Null => false,
            MissingValues::Error => counts.missing.count.values > 0 || counts.ambiguous.count.values > 0,
            MissingValues::Create => counts.ambiguous.count.values > 0,
        };
        let is_possible = !has_misfits(&found.counts);
        if is_possible {
            if self.options.on_missing == MissingValues::Create && found.counts.missing.count.values > 0 {
                created = self.create_rows()?;
                let now = self.compare()?;
                if now.counts.missing.count.values > 0 || has_misfits(&now.counts) {
                    Err(self.refusal(&now.counts))?;
                }
                found.keys = now.keys;
            }
            self.rewrite(found.keys)?;
        } else if !self.options.dry_run {
            Err(self.refusal(&found.counts))?;
        }
        Ok(LinkReport {
            is_possible,
            ..self.report(found.counts, created)?
        })
    }

    /// The report of a call that found nothing wrong.
    fn report(&self, counts: MatchCounts, created: u64) -> Result<LinkReport, Error> {
        Ok(LinkReport {
            column: self.column.attnum,
            name: self.name().to_owned(),
            type_name: self.key_type()?,
            referent: self.referent.oid().to_u32(),
            matched: counts.matched,
            ambiguous: counts.ambiguous,
            missing: counts.missing,
            empty_rows: counts.empty_rows,
            created,
            is_possible: true,
            dry_run: self.options.dry_run,
            statements: Vec::new(),
        })
    }

    /// Rewrites the column by a look-up among the texts of the referent. `None`, and nothing is changed, if a text leads
    /// to no row or to several and may not, or if the column possibly need not be rewritten, or if the referent is the
    /// larger table, so that few of its texts would be used.
    fn link_at_once(&self) -> Result<Option<LinkReport>, Error> {
        if self.is_referent_larger() {
            return Ok(None);
        }
        let keys = self.keys_of_referent(None)?;
        if self.has_type_of_key() && keys.is_identity {
            return Ok(None);
        }
        let report = self.attempt(|| Ok((keys, 0)))?;
        if report.is_some() || self.options.on_missing != MissingValues::Create {
            return Ok(report);
        }
        self.attempt(|| {
            let before = self.keys_of_referent(None)?;
            let created = self.create_rows()?;
            Ok((self.keys_of_referent(Some(&before))?, created))
        })
    }

    /// Rewrites the column by these keys. `None`, and nothing is changed, if that meets a text that is not among them.
    fn attempt(
        &self,
        keys: impl FnOnce() -> Result<(KeysOfTexts, u64), Error>,
    ) -> Result<Option<LinkReport>, Error> {
        let rewrite = || -> Result<_, Error> {
            let (keys, created) = keys()?;
            Ok((self.rewrite(keys)?.ok_or(Error::Vanished)?, created))
        };
        let stops = |sqlstate| sqlstate == PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
        let recorded = script::recorded();
        match subtransaction::attempt_body(stops, rewrite) {
            Ok(outcome) => {
                let (keys, created) = outcome?;
                Ok(Some(self.report(keys.counts(self.options.examples), created)?))
            }
            Err(_) => {
                script::forget_after(recorded);
                Ok(None)
            }
        }
    }

    /// Whether the referent takes more of the disk than the table.
    fn is_referent_larger(&self) -> bool {
        let query = format!(
            "SELECT 'larger' WHERE {} OPERATOR(pg_catalog.>) {}",
            size_sql(self.referent.oid()),
            size_sql(self.table.oid())
        );
        let mut is_larger = false;
        stream::each_row_of_now(&query, 1, |_| {
            is_larger = true;
            false
        });
        is_larger
    }

    /// The texts of the referent and what they lead to, once rows were added to it: to a new row those that were not
    /// there `before`.
    fn keys_of_referent(&self, before: Option<&KeysOfTexts>) -> Result<KeysOfTexts, Error> {
        let ReferentTexts { shown, joins, key } = self.referent_sql()?;
        let query = format!(
            "SELECT {compared}, pg_catalog.min({key}), pg_catalog.max({key}), \
             CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 1 THEN 'one' END \
             FROM {referent} AS t{joins} GROUP BY 1",
            compared = self.options.compare.normalize(&shown),
            referent = self.referent.sql(),
        );
        let is_caseless = self.options.compare == TextComparison::Caseless;
        let unknown = match self.options.on_missing {
            MissingValues::Null => UnknownText::Null,
            MissingValues::Error | MissingValues::Create => UnknownText::Refuse,
        };
        let mut keys = KeysOfTexts::of_referent(self.base_of_key(), is_caseless, unknown);
        stream::each_row_of_now(&query, 4, |row| {
            server::check_for_interrupts();
            let (Some(text), Some(first), Some(last)) = (row.get(0), row.get(1), row.get(2)) else {
                return true;
            };
            let is_one = row.get(3).is_some();
            match (is_one, before) {
                (true, Some(before)) if !before.contains(text) => {
                    keys.insert(text, Some(first), TextMatch::NewRow);
                }
                (true, _) => keys.insert(text, Some(first), TextMatch::Row),
                (false, _) if unknown == UnknownText::Null => {
                    keys.insert(text, None, several_rows(first, last));
                }
                // It is refused like a text that is not there.
                (false, _) => {}
            }
            true
        });
        Ok(keys)
    }

    /// Whether the column need not be of another type.
    fn has_type_of_key(&self) -> bool {
        type_of(&self.column) == type_of(&self.key)
    }

    /// The type of the keys that are looked up: of a domain, what it is over, as it may refuse NULL.
    fn base_of_key(&self) -> TypeId {
        let own = type_of(&self.key);
        match comparison::base_type(own.oid) {
            base if base == own.oid => own,
            base => TypeId {
                oid: base,
                modifier: -1,
            },
        }
    }

    fn name(&self) -> &str {
        self.options.name.as_deref().unwrap_or(&self.column.attname)
    }

    fn key_type(&self) -> Result<String, Error> {
        deparse::type_name_with_modifiers(self.key.atttypid, self.key.atttypmod).ok_or(Error::Vanished)
    }

    fn refusal(&self, counts: &MatchCounts) -> LinkError {
        let unmatched =
            |values: &UnmatchedValues| (values.count, values.examples.iter().take(5).cloned().collect());
        LinkError::Unmatched {
            column: self.column.attname.clone(),
            referent: self.referent.name().to_owned(),
            missing: unmatched(&counts.missing),
            ambiguous: unmatched(&counts.ambiguous),
        }
    }

    /// Which texts lead to which keys.
    fn compare(&self) -> Result<TextMatches, Error> {
        let mut found = TextMatches {
            keys: KeysOfTexts::of_column(self.base_of_key()),
            counts: MatchCounts::default(),
        };
        stream::each_row_of_now(&self.comparison_sql()?, 6, |row| {
            server::check_for_interrupts();
            let number = |at| {
                let digits = row.get(at).and_then(|digits| std::str::from_utf8(digits).ok());
                digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
            };
            let rows: u64 = number(1);
            let Some(value) = row.get(0) else {
                found.counts.empty_rows += rows;
                return true;
            };
            let leads_to = match (row.get(2), number(3), row.get(4), row.get(5)) {
                (None, ..) => TextMatch::Blank,
                (_, 1, ..) => TextMatch::Row,
                (_, _, Some(first), Some(last)) => several_rows(first, last),
                _ => TextMatch::NoRow,
            };
            found
                .counts
                .add_text(self.options.examples, value, rows, &leads_to);
            found
                .keys
                .insert(value, row.get(4).filter(|_| number(3) == 1), leads_to);
            true
        });
        Ok(found)
    }

    /// What is compared of the rows of the referent, which are `t`.
    fn referent_sql(&self) -> Result<ReferentTexts, Error> {
        let (shown, joins) = match &self.by {
            Some(by) => {
                let value = format!("t.{}", quote::identifier(&by.attname));
                (plain_sql::as_text(&value, by.atttypid), String::new())
            }
            None => {
                let catalog = Catalog::new(Snapshot::latest());
                let templates = Templates::new(None, Purpose::Own)?;
                let preview = previews::compile_row_preview(&catalog, &templates, self.referent.oid(), "t")?;
                (preview.text, preview.joins)
            }
        };
        let key = format!("t.{}", quote::identifier(&self.key.attname));
        let key = format!(
            "({} COLLATE pg_catalog.\"C\")",
            plain_sql::as_text(&key, self.key.atttypid)
        );
        Ok(ReferentTexts { shown, joins, key })
    }

    /// Each text with its rows, as it is compared, and how many rows of the referent have it, with the least and the
    /// greatest of their keys.
    fn comparison_sql(&self) -> Result<String, Error> {
        let normalize = |sql: &str| self.options.compare.normalize(sql);
        let column = self.text_of_column("s.", &self.column.attname);
        let ReferentTexts { shown, joins, key } = self.referent_sql()?;
        Ok(format!(
            "SELECT v.value, v.number::pg_catalog.text, v.compared, COALESCE(r.number, 0)::pg_catalog.text, r.first, r.last \
             FROM (SELECT g.value, g.number, {compared} AS compared FROM (SELECT {value} AS value, pg_catalog.count(*) AS number \
             FROM {table} AS s GROUP BY 1) AS g) AS v LEFT JOIN (SELECT {shown} AS compared, pg_catalog.count(*) AS number, \
             pg_catalog.min({key}) AS first, pg_catalog.max({key}) AS last FROM {referent} AS t{joins} GROUP BY 1) AS r \
             ON r.compared OPERATOR(pg_catalog.=) v.compared",
            compared = normalize("g.value"),
            value = TextComparison::Exact.normalize(&column),
            table = self.table.sql(),
            shown = normalize(&shown),
            referent = self.referent.sql(),
        ))
    }

    /// The text of the column, as SQL; `before` stands before its name.
    fn text_of_column(&self, before: &str, name: &str) -> String {
        let value = format!("{before}{}", quote::identifier(name));
        plain_sql::as_text(&value, self.column.atttypid)
    }

    /// Adds a row to the referent for each text that it lacks.
    fn create_rows(&self) -> Result<u64, Error> {
        let by = self.by.as_ref().ok_or(Error::Vanished)?;
        let column = self.text_of_column("s.", &self.column.attname);
        let by_name = quote::identifier(&by.attname);
        let normalize = |sql: &str| self.options.compare.normalize(sql);
        let written = match self.options.compare {
            TextComparison::Exact => column.clone(),
            TextComparison::Caseless => {
                format!("pg_catalog.btrim({column}, E' \\t\\n\\r')")
            }
        };
        script::run_statement(format!(
            "INSERT INTO {referent} ({by_name}) SELECT {value} \
             FROM {table} AS s WHERE {compared} IS NOT NULL AND NOT EXISTS (SELECT FROM {referent} AS t \
             WHERE {known} OPERATOR(pg_catalog.=) {compared}) GROUP BY {compared} ORDER BY 1",
            referent = self.referent.sql(),
            table = self.table.sql(),
            value = plain_sql::from_text(
                &format!("pg_catalog.min({written} COLLATE pg_catalog.\"C\")"),
                by.atttypid,
                &type_sql(by)?
            ),
            compared = normalize(&column),
            known = normalize(&plain_sql::as_text(&format!("t.{by_name}"), by.atttypid)),
        ))
    }

    /// Puts the keys in place of the texts. Gives them back with what was looked up.
    fn rewrite(&self, keys: KeysOfTexts) -> Result<Option<KeysOfTexts>, Error> {
        let name = quote::identifier(self.name());
        let mut before = Script::new();
        if self.name() != self.column.attname {
            before.push(format!(
                "ALTER TABLE {} RENAME COLUMN {} TO {name}",
                self.table.sql(),
                quote::identifier(&self.column.attname)
            ));
        }
        before.run()?;
        let mut actions = Vec::new();
        if self.column.atthasdef {
            // It is a text.
            actions.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
        }
        if !self.has_type_of_key() || !keys.is_identity {
            let key_type = type_sql(&self.key)?;
            let base = self.base_of_key();
            let looked_up = format!(
                "__msar.linked_key({}, NULL::{})",
                self.text_of_column("", self.name()),
                base.to_sql().ok_or(Error::Vanished)?
            );
            actions.push(format!(
                "ALTER COLUMN {name} TYPE {key_type} USING {}",
                match base == type_of(&self.key) {
                    true => looked_up,
                    false => format!("{looked_up}::{key_type}"),
                }
            ));
        }
        actions.push(format!(
            "ADD FOREIGN KEY ({name}) REFERENCES {} ({})",
            self.referent.sql(),
            quote::identifier(&self.key.attname)
        ));
        let mut script = Script::new();
        script.alter_table(&self.table.sql(), &actions);
        let (outcome, keys) = with_keys(keys, || script.run());
        outcome.map(|_| keys)
    }
}

/// What is compared of the rows of the referent, as SQL.
struct ReferentTexts {
    shown: String,
    joins: String,
    /// As text.
    key: String,
}

/// The outcome of comparing the texts with the referent.
struct TextMatches {
    keys: KeysOfTexts,
    counts: MatchCounts,
}

/// Several rows have the text: these are the least and the greatest of their keys.
fn several_rows(first: &[u8], last: &[u8]) -> TextMatch {
    TextMatch::Rows(Box::new([first.into(), last.into()]))
}

/// The column that a caller names.
fn named_column<'t>(table: &'t Table, name: &str) -> Result<&'t PgAttribute, Error> {
    let columns = table
        .columns
        .iter()
        .map(|column| (column.attnum, column.attname.as_str()));
    match row_key::find_column(table.name(), name, columns)? {
        Some(attnum) => Ok(table.find_column(attnum.into())?),
        None => Err(Error::UnknownColumnName {
            relation: table.name().to_owned(),
            name: name.to_owned(),
        }),
    }
}

/// The same of JSON, where it may be a number as well.
fn column_named<'t>(table: &'t Table, column: &ColumnRef) -> Result<&'t PgAttribute, Error> {
    match column {
        ColumnRef::Name(name) => named_column(table, name),
        ColumnRef::Attnum(_) => table.column_of_ref(column),
    }
}

/// The disk that a table takes with its partitions, as SQL.
fn size_sql(relation: Oid) -> String {
    format!(
        "(SELECT COALESCE(pg_catalog.sum(pg_catalog.pg_relation_size(p.relid))::pg_catalog.int8, \
         pg_catalog.pg_relation_size({oid}::pg_catalog.regclass)) FROM pg_catalog.pg_partition_tree({oid}::pg_catalog.regclass) AS p)",
        oid = relation.to_u32()
    )
}

/// The type of a column, as SQL.
fn type_sql(column: &PgAttribute) -> Result<String, Error> {
    type_of(column).to_sql().ok_or(Error::Vanished)
}

fn type_of(column: &PgAttribute) -> TypeId {
    TypeId {
        oid: column.atttypid,
        modifier: column.atttypmod,
    }
}

//! Constraints to be created, with a table or for an existing one.

use super::DefinitionError;
use super::form::{is_false, lenient, lenient_or_default, null_as_default};
use super::name::{ColumnRef, QualifiedName};
use serde::{Deserialize, Serialize};

/// A constraint: an element of `con_defs`. [`ConstraintDefinition::rule`] has the keys of each type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConstraintDefinition {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: ConstraintKind,
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) columns: Vec<ColumnRef>,

    /// For a primary or unique key: columns that its index includes.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) include: Vec<ColumnRef>,
    /// For a unique key: one null equals another. PostgreSQL 15.
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) nulls_not_distinct: bool,
    /// For a key: WITHOUT OVERLAPS of the last column; for a foreign key: PERIOD. PostgreSQL 18.
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) period: bool,

    /// For a foreign key: the referenced table, by OID or by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) fkey_relation_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fkey_relation: Option<QualifiedName>,
    /// Its columns; its primary key if absent.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) fkey_columns: Vec<ColumnRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fkey_update_action: Option<ForeignKeyAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fkey_delete_action: Option<ForeignKeyAction>,
    /// For the actions SET NULL and SET DEFAULT on delete: which columns are set, if not all. PostgreSQL 15.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) fkey_delete_columns: Vec<ColumnRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fkey_match_type: Option<ForeignKeyMatch>,

    /// For a check: an SQL expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expression: Option<String>,
    /// For a check: not inherited by child tables.
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) no_inherit: bool,

    /// For an exclusion: the index method; `gist` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// For an exclusion: the elements to compare, and their operators.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) elements: Vec<ExclusionElement>,
    /// For an exclusion: an SQL expression, the predicate of its index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) predicate: Option<String>,

    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) deferrable: bool,
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) initially_deferred: bool,
    /// For a check or a foreign key: existing rows are not checked.
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) not_valid: bool,
    /// For a check or a foreign key: never checked. PostgreSQL 18.
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) not_enforced: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
}

/// The kinds of constraints, by the letters of `pg_constraint`, or by the words of `msar.get_constraints_for_table`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ConstraintKind {
    #[serde(rename = "p", alias = "primary")]
    PrimaryKey,
    #[serde(rename = "u", alias = "unique")]
    Unique,
    #[serde(rename = "f", alias = "foreignkey")]
    ForeignKey,
    #[serde(rename = "c", alias = "check")]
    Check,
    #[serde(rename = "x", alias = "exclude")]
    Exclusion,
}

/// The action on a row whose referenced row is deleted or changed, by the letters of `pg_constraint`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ForeignKeyAction {
    #[serde(rename = "a")]
    NoAction,
    #[serde(rename = "r")]
    Restrict,
    #[serde(rename = "c")]
    Cascade,
    #[serde(rename = "n")]
    SetNull,
    #[serde(rename = "d")]
    SetDefault,
}

/// When a row with nulls refers to nothing, by the letters of `pg_constraint`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ForeignKeyMatch {
    #[serde(rename = "f")]
    Full,
    #[serde(rename = "s")]
    Simple,
}

/// A column or an expression, with what an index wants to know about it: of an exclusion or of a partition key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<ColumnRef>,
    /// An SQL expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) collation: Option<QualifiedName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operator_class: Option<QualifiedName>,
}

/// An element of an exclusion: two rows that each of its operators holds for exclude each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExclusionElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<ColumnRef>,
    /// An SQL expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) collation: Option<QualifiedName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operator_class: Option<QualifiedName>,
    /// For example `&&`.
    pub(crate) operator: QualifiedName,
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) descending: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) nulls_first: Option<bool>,
}

/// The column or expression of an element.
pub(crate) enum KeyTerm<'a> {
    Column(&'a ColumnRef),
    Expression(&'a str),
}

impl<'a> KeyTerm<'a> {
    fn from_parts(
        column: Option<&'a ColumnRef>,
        expression: Option<&'a str>,
    ) -> Result<Self, DefinitionError> {
        match (column, expression) {
            (Some(column), None) => Ok(Self::Column(column)),
            (None, Some(expression)) => Ok(Self::Expression(expression)),
            _ => Err(DefinitionError::contradictory(
                "an element of a key",
                "it needs exactly one of the keys \"column\" and \"expression\"",
                "Give either \"column\" or \"expression\".",
            )),
        }
    }
}

impl KeyElement {
    pub(crate) fn term(&self) -> Result<KeyTerm<'_>, DefinitionError> {
        KeyTerm::from_parts(self.column.as_ref(), self.expression.as_deref())
    }
}

/// An operator: its name is made of the characters of operators, so it can be written down as it is.
pub(crate) struct Operator<'a> {
    pub(crate) schema: Option<&'a str>,
    pub(crate) name: &'a str,
}

impl ExclusionElement {
    pub(crate) fn operator(&self) -> Result<Operator<'_>, DefinitionError> {
        let name = self.operator.name.as_str();
        let is_operator = !name.is_empty()
            && name.chars().all(|letter| "+-*/<>=~!@#%^&|`?".contains(letter))
            && !name.contains("--")
            && !name.contains("/*");
        if !is_operator {
            return Err(DefinitionError::contradictory(
                "an element of an exclusion constraint",
                format!("\"{name}\" is not an operator"),
                "Operators consist of the characters + - * / < > = ~ ! @ # % ^ & | ` ?.",
            ));
        }
        Ok(Operator {
            schema: self.operator.schema.as_deref(),
            name,
        })
    }

    pub(crate) fn term(&self) -> Result<KeyTerm<'_>, DefinitionError> {
        KeyTerm::from_parts(self.column.as_ref(), self.expression.as_deref())
    }
}

/// The rule of a constraint.
#[derive(Debug, PartialEq)]
pub(crate) enum Rule<'a> {
    Key {
        is_primary: bool,
        columns: &'a [ColumnRef],
    },
    ForeignKey {
        columns: &'a [ColumnRef],
        referent: Referent<'a>,
    },
    Check(&'a str),
    Exclusion(&'a [ExclusionElement]),
}

/// The table that a foreign key refers to.
#[derive(Debug, PartialEq)]
pub(crate) enum Referent<'a> {
    Oid(u32),
    Name(&'a QualifiedName),
}

impl ConstraintDefinition {
    /// A constraint of a kind, without anything else.
    pub(crate) fn new(kind: ConstraintKind) -> Self {
        Self {
            name: None,
            kind,
            columns: Vec::new(),
            include: Vec::new(),
            nulls_not_distinct: false,
            period: false,
            fkey_relation_id: None,
            fkey_relation: None,
            fkey_columns: Vec::new(),
            fkey_update_action: None,
            fkey_delete_action: None,
            fkey_delete_columns: Vec::new(),
            fkey_match_type: None,
            expression: None,
            no_inherit: false,
            method: None,
            elements: Vec::new(),
            predicate: None,
            deferrable: false,
            initially_deferred: false,
            not_valid: false,
            not_enforced: false,
            description: None,
        }
    }

    /// The name, if it has one that is not empty.
    pub(crate) fn given_name(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| !name.is_empty())
    }

    /// The name by which it is commented, if it has a description: PostgreSQL's own name for it is not known yet.
    pub(crate) fn name_for_description(&self) -> Result<Option<&str>, DefinitionError> {
        match (&self.description, self.given_name()) {
            (Some(_), None) => Err(self.problem("a \"description\" needs a \"name\"")),
            (_, name) => Ok(name),
        }
    }

    /// Its rule, with all keys that its type needs and no others.
    pub(crate) fn rule(&self) -> Result<Rule<'_>, DefinitionError> {
        for (key, is_given, kinds) in self.keys_of_some_kinds() {
            if is_given && !kinds.contains(&self.kind) {
                return Err(self.problem(format!("key \"{key}\" does not apply to this type of constraint")));
            }
        }
        match self.kind {
            ConstraintKind::PrimaryKey | ConstraintKind::Unique => Ok(Rule::Key {
                is_primary: self.kind == ConstraintKind::PrimaryKey,
                columns: self.columns_of_key()?,
            }),
            ConstraintKind::ForeignKey => Ok(Rule::ForeignKey {
                columns: self.columns_of_key()?,
                referent: self.referent()?,
            }),
            ConstraintKind::Check => match &self.expression {
                Some(expression) => Ok(Rule::Check(expression)),
                None => Err(self.problem("the key \"expression\" is missing")),
            },
            ConstraintKind::Exclusion if self.elements.is_empty() => {
                Err(self.problem("the key \"elements\" is missing"))
            }
            ConstraintKind::Exclusion => Ok(Rule::Exclusion(&self.elements)),
        }
    }

    /// The keys that only some kinds of constraints have, and whether this one has them.
    fn keys_of_some_kinds(&self) -> [(&'static str, bool, &'static [ConstraintKind]); 18] {
        use ConstraintKind::{Check, Exclusion, ForeignKey, PrimaryKey, Unique};
        [
            (
                "columns",
                !self.columns.is_empty(),
                &[PrimaryKey, Unique, ForeignKey],
            ),
            ("include", !self.include.is_empty(), &[PrimaryKey, Unique]),
            ("nulls_not_distinct", self.nulls_not_distinct, &[Unique]),
            ("period", self.period, &[PrimaryKey, Unique, ForeignKey]),
            ("fkey_relation_id", self.fkey_relation_id.is_some(), &[ForeignKey]),
            ("fkey_relation", self.fkey_relation.is_some(), &[ForeignKey]),
            ("fkey_columns", !self.fkey_columns.is_empty(), &[ForeignKey]),
            (
                "fkey_update_action",
                self.fkey_update_action.is_some(),
                &[ForeignKey],
            ),
            (
                "fkey_delete_action",
                self.fkey_delete_action.is_some(),
                &[ForeignKey],
            ),
            (
                "fkey_delete_columns",
                !self.fkey_delete_columns.is_empty(),
                &[ForeignKey],
            ),
            ("fkey_match_type", self.fkey_match_type.is_some(), &[ForeignKey]),
            ("expression", self.expression.is_some(), &[Check]),
            ("no_inherit", self.no_inherit, &[Check]),
            ("method", self.method.is_some(), &[Exclusion]),
            ("elements", !self.elements.is_empty(), &[Exclusion]),
            ("predicate", self.predicate.is_some(), &[Exclusion]),
            ("not_valid", self.not_valid, &[Check, ForeignKey]),
            ("not_enforced", self.not_enforced, &[Check, ForeignKey]),
        ]
    }

    fn columns_of_key(&self) -> Result<&[ColumnRef], DefinitionError> {
        if self.columns.is_empty() {
            return Err(self.problem("the key \"columns\" is missing or empty"));
        }
        Ok(&self.columns)
    }

    pub(crate) fn referent(&self) -> Result<Referent<'_>, DefinitionError> {
        match (self.fkey_relation_id, &self.fkey_relation) {
            (Some(oid), None) => Ok(Referent::Oid(oid)),
            (None, Some(name)) => Ok(Referent::Name(name)),
            _ => {
                Err(self
                    .problem("it needs exactly one of the keys \"fkey_relation_id\" and \"fkey_relation\""))
            }
        }
    }

    fn problem(&self, problem: impl Into<String>) -> DefinitionError {
        let kind = match self.kind {
            ConstraintKind::PrimaryKey => "a primary key",
            ConstraintKind::Unique => "a unique key",
            ConstraintKind::ForeignKey => "a foreign key",
            ConstraintKind::Check => "a check",
            ConstraintKind::Exclusion => "an exclusion constraint",
        };
        let object = match self.given_name() {
            Some(name) => format!("{kind} \"{name}\""),
            None => kind.to_owned(),
        };
        DefinitionError::contradictory(
            object,
            problem,
            "docs/definitions.md lists the keys of each type.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::parse_argument;
    use crate::error::TopicError;

    fn constraint(json: &str) -> ConstraintDefinition {
        parse_argument("con_defs", json).expect("a constraint")
    }

    #[test]
    fn columns_are_numbers_or_names() {
        let key = constraint(r#"{"type": "u", "columns": [2, "2"]}"#);
        let columns = [ColumnRef::Attnum(2), ColumnRef::Name("2".into())];
        assert_eq!(
            key.rule(),
            Ok(Rule::Key {
                is_primary: false,
                columns: &columns
            })
        );
        for wrong in ["[1.5]", "[null]", "[70000]", "3", "[[]]"] {
            let json = format!(r#"{{"type": "u", "columns": {wrong}}}"#);
            assert!(
                parse_argument::<ConstraintDefinition>("con_defs", &json).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn kinds_have_letters_and_words() {
        let key = constraint(
            r#"{"type": "foreignkey", "columns": ["a"], "fkey_relation_id": 5, "fkey_delete_action": "c"}"#,
        );
        assert_eq!(
            serde_json::to_string(&key).unwrap(),
            r#"{"type":"f","columns":["a"],"fkey_relation_id":5,"fkey_delete_action":"c"}"#
        );
        assert!(
            parse_argument::<ConstraintDefinition>("con_defs", r#"{"type": "t", "columns": ["a"]}"#).is_err()
        );
    }

    #[test]
    fn each_kind_has_its_keys() {
        for (json, problem) in [
            (
                r#"{"type": "p"}"#,
                "a primary key: the key \"columns\" is missing or empty",
            ),
            (
                r#"{"type": "c", "name": "n"}"#,
                "a check \"n\": the key \"expression\" is missing",
            ),
            (
                r#"{"type": "x"}"#,
                "an exclusion constraint: the key \"elements\" is missing",
            ),
            (
                r#"{"type": "f", "columns": ["a"]}"#,
                "a foreign key: it needs exactly one of the keys \"fkey_relation_id\" and \"fkey_relation\"",
            ),
            (
                r#"{"type": "u", "columns": ["a"], "expression": "a > 0"}"#,
                "a unique key: key \"expression\" does not apply to this type of constraint",
            ),
        ] {
            let error = constraint(json).rule().unwrap_err();
            assert_eq!(error.fields().message, format!("invalid definition of {problem}"));
        }
    }

    #[test]
    fn elements_are_columns_or_expressions() {
        let json = r#"{"type":"x","elements":[{"column":"during","operator":{"name":"&&"}},{"expression":"lower(a)","operator":{"name":"="}}],"predicate":"not cancelled"}"#;
        let exclusion = constraint(json);
        assert!(matches!(exclusion.rule(), Ok(Rule::Exclusion([first, second]))
            if matches!(first.term(), Ok(KeyTerm::Column(_))) && matches!(second.term(), Ok(KeyTerm::Expression(_)))));
        assert_eq!(serde_json::to_string(&exclusion).unwrap(), json);
        assert!(KeyElement::default().term().is_err());
    }
}

//! The figures that the web service counts. Nothing is ever sent to its vendor from here.

use super::METHOD;
use crate::rpc::method::{Method, MethodBody, given};
use crate::rpc::shape::JsonShape::{Boolean, Named, Null, Nullable, Text};
use crate::rpc::shape::{JsonShape, needed};

const REPORT: &str = include_str!("../../../sql/query/rpc/analytics_report.sql");

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "analytics.get_state",
        summary: "Tells whether reports are sent to the vendor of the web service, which is never done.",
        needs_database: false,
        refuses_unknown: true,
        result: JsonShape::Object(&[needed("enabled", Boolean)]),
        body: MethodBody::Statement("SELECT '{\"enabled\": false}'::pg_catalog.jsonb"),
        ..METHOD
    },
    Method {
        name: "analytics.initialize",
        summary: "Refused: no reports are sent.",
        needs_database: false,
        refuses_unknown: true,
        result: Null,
        body: MethodBody::Refusal {
            problem: "analytics cannot be enabled",
            hint: "mathesar_ext sends nothing to anybody. analytics.view_report returns the figures.",
        },
        ..METHOD
    },
    Method {
        name: "analytics.disable",
        summary: "Does nothing: no reports are sent.",
        needs_database: false,
        refuses_unknown: true,
        result: Null,
        ..METHOD
    },
    Method {
        name: "analytics.view_report",
        summary: "Returns the figures that a report would have.",
        needs_database: false,
        refuses_unknown: true,
        result: Named("AnalyticsReport"),
        body: MethodBody::Statement(REPORT),
        ..METHOD
    },
    Method {
        name: "analytics.upload_feedback",
        summary: "Refused, unless the message is null: nothing is sent to the vendor of the web service.",
        needs_database: false,
        refuses_unknown: true,
        parameters: &[given("message", Nullable(&Text))],
        result: Null,
        body: MethodBody::Statement(
            "SELECT __msar.refuse('0A000', 'feedback cannot be uploaded', 'mathesar_ext sends nothing to anybody.') \
             WHERE $1 IS NOT NULL",
        ),
        example: r#"{"message": null}"#,
        ..METHOD
    },
];

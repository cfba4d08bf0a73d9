//! The numbers and names of PostgreSQL's errors in JSON-RPC answers: those that clients of Mathesar's web service know.
//!
//! Its rule: the SQLSTATEs that a table names have a number each; all others have the number of their class.

/// The number and name of a PostgreSQL error in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ErrorCode {
    pub(crate) number: i32,
    pub(crate) name: &'static str,
}

/// The number and name for a SQLSTATE.
pub(crate) fn of_sqlstate(sqlstate: &str) -> ErrorCode {
    let (number, name) = match CODES.binary_search_by_key(&sqlstate, |&(state, _, _)| state) {
        Ok(at) => (CODES[at].2, CODES[at].1),
        Err(_) => of_class(sqlstate),
    };
    ErrorCode { number, name }
}

/// Known to the service's driver by name, but without a number of their own.
const NAMED_ONLY: &[(&str, &str)] = &[
    ("10608", "InvalidArgumentForXquery"),
    ("25P04", "TransactionTimeout"),
    ("58P03", "FileNameTooLong"),
];

fn of_class(sqlstate: &str) -> (i32, &'static str) {
    if let Some((_, name)) = NAMED_ONLY.iter().find(|(state, _)| *state == sqlstate) {
        return (-30000, name);
    }
    match (sqlstate.get(..2), sqlstate.get(..1)) {
        (
            Some("08" | "27" | "28" | "2F" | "38" | "39" | "3B" | "40" | "53" | "54" | "55" | "57" | "58"),
            _,
        ) => (-30193, "OperationalError"),
        (Some("0A"), _) => (-30186, "NotSupportedError"),
        (Some("10" | "20" | "21" | "26" | "34" | "3D" | "3F" | "42" | "44"), _) => {
            (-30200, "ProgrammingError")
        }
        (Some("22"), _) => (-30028, "DataError"),
        (Some("23"), _) => (-30104, "IntegrityError"),
        (Some("24" | "25" | "2B" | "2D"), _) => (-30106, "InternalError"),
        (_, Some("F" | "H")) => (-30193, "OperationalError"),
        (_, Some("P")) => (-30200, "ProgrammingError"),
        (_, Some("X")) => (-30106, "InternalError"),
        _ => (-30031, "DatabaseError"),
    }
}

/// The number and name for a SQLSTATE within an exploration: the service runs those by another library, which has a number
/// for each class of errors.
pub(crate) fn of_class_in_exploration(sqlstate: &str) -> ErrorCode {
    if sqlstate == "42883" {
        return ErrorCode {
            number: -27022,
            name: "UndefinedFunction",
        };
    }
    let (_, class) = of_class(sqlstate);
    let (number, name) = match class {
        "DataError" => (-26007, class),
        "IntegrityError" => (-26014, class),
        "InternalError" => (-26016, class),
        "NotSupportedError" => (-26033, class),
        "OperationalError" => (-26035, class),
        "ProgrammingError" => (-26037, class),
        _ => (-26006, "DBAPIError"),
    };
    ErrorCode { number, name }
}

/// SQLSTATE, name, number; by SQLSTATE.
#[rustfmt::skip]
const CODES: &[(&str, &str, i32)] = &[
    ("02000", "NoData", -30178),
    ("02001", "NoAdditionalDynamicResultSetsReturned", -30177),
    ("03000", "SqlStatementNotYetComplete", -30226),
    ("08000", "ConnectionException", -30022),
    ("08001", "SqlclientUnableToEstablishSqlconnection", -30227),
    ("08003", "ConnectionDoesNotExist", -30021),
    ("08004", "SqlserverRejectedEstablishmentOfSqlconnection", -30228),
    ("08006", "ConnectionFailure", -30023),
    ("08007", "TransactionResolutionUnknown", -30247),
    ("08P01", "ProtocolViolation", -30203),
    ("09000", "TriggeredActionException", -30251),
    ("0A000", "FeatureNotSupported", -30085),
    ("0B000", "InvalidTransactionInitiation", -30158),
    ("0F000", "LocatorException", -30167),
    ("0F001", "InvalidLocatorSpecification", -30135),
    ("0L000", "InvalidGrantor", -30132),
    ("0LP01", "InvalidGrantOperation", -30131),
    ("0P000", "InvalidRoleSpecification", -30144),
    ("0Z000", "DiagnosticsException", -30037),
    ("0Z002", "StackedDiagnosticsAccessedWithoutActiveHandler", -30230),
    ("20000", "CaseNotFound", -30015),
    ("21000", "CardinalityViolation", -30014),
    ("22000", "DataException", -30029),
    ("22001", "StringDataRightTruncation", -30235),
    ("22002", "NullValueNoIndicatorParameter", -30187),
    ("22003", "NumericValueOutOfRange", -30190),
    ("22004", "NullValueNotAllowed", -30188),
    ("22005", "ErrorInAssignment", -30052),
    ("22007", "InvalidDatetimeFormat", -30125),
    ("22008", "DatetimeFieldOverflow", -30033),
    ("22009", "InvalidTimeZoneDisplacementValue", -30157),
    ("2200B", "EscapeCharacterConflict", -30053),
    ("2200C", "InvalidUseOfEscapeCharacter", -30161),
    ("2200D", "InvalidEscapeOctet", -30127),
    ("2200F", "ZeroLengthCharacterString", -30268),
    ("2200G", "MostSpecificTypeMismatch", -30173),
    ("2200H", "SequenceGeneratorLimitExceeded", -30215),
    ("2200L", "NotAnXmlDocument", -30184),
    ("2200M", "InvalidXmlDocument", -30164),
    ("2200N", "InvalidXmlContent", -30163),
    ("2200S", "InvalidXmlComment", -30162),
    ("2200T", "InvalidXmlProcessingInstruction", -30165),
    ("22010", "InvalidIndicatorParameterValue", -30133),
    ("22011", "SubstringError", -30236),
    ("22012", "DivisionByZero", -30039),
    ("22013", "InvalidPrecedingOrFollowingSize", -30140),
    ("22014", "InvalidArgumentForNtileFunction", -30111),
    ("22015", "IntervalFieldOverflow", -30108),
    ("22016", "InvalidArgumentForNthValueFunction", -30110),
    ("22018", "InvalidCharacterValueForCast", -30118),
    ("22019", "InvalidEscapeCharacter", -30126),
    ("2201B", "InvalidRegularExpression", -30143),
    ("2201E", "InvalidArgumentForLogarithm", -30109),
    ("2201F", "InvalidArgumentForPowerFunction", -30112),
    ("2201G", "InvalidArgumentForWidthBucketFunction", -30114),
    ("2201W", "InvalidRowCountInLimitClause", -30145),
    ("2201X", "InvalidRowCountInResultOffsetClause", -30146),
    ("22021", "CharacterNotInRepertoire", -30016),
    ("22022", "IndicatorOverflow", -30100),
    ("22023", "InvalidParameterValue", -30138),
    ("22024", "UnterminatedCString", -30262),
    ("22025", "InvalidEscapeSequence", -30128),
    ("22026", "StringDataLengthMismatch", -30234),
    ("22027", "TrimError", -30253),
    ("2202E", "ArraySubscriptError", -30007),
    ("2202G", "InvalidTablesampleRepeat", -30155),
    ("2202H", "InvalidTablesampleArgument", -30154),
    ("22030", "DuplicateJsonObjectKeyValue", -30046),
    ("22031", "InvalidArgumentForSqlJsonDatetimeFunction", -30113),
    ("22032", "InvalidJsonText", -30134),
    ("22033", "InvalidSqlJsonSubscript", -30150),
    ("22034", "MoreThanOneSqlJsonItem", -30172),
    ("22035", "NoSqlJsonItem", -30180),
    ("22036", "NonNumericSqlJsonItem", -30181),
    ("22037", "NonUniqueKeysInAJsonObject", -30182),
    ("22038", "SingletonSqlJsonItemRequired", -30217),
    ("22039", "SqlJsonArrayNotFound", -30219),
    ("2203A", "SqlJsonMemberNotFound", -30221),
    ("2203B", "SqlJsonNumberNotFound", -30222),
    ("2203C", "SqlJsonObjectNotFound", -30223),
    ("2203D", "TooManyJsonArrayElements", -30243),
    ("2203E", "TooManyJsonObjectMembers", -30244),
    ("2203F", "SqlJsonScalarRequired", -30224),
    ("2203G", "SqlJsonItemCannotBeCastToTargetType", -30220),
    ("22P01", "FloatingPointException", -30086),
    ("22P02", "InvalidTextRepresentation", -30156),
    ("22P03", "InvalidBinaryRepresentation", -30116),
    ("22P04", "BadCopyFileFormat", -30009),
    ("22P05", "UntranslatableCharacter", -30263),
    ("22P06", "NonstandardUseOfEscapeCharacter", -30183),
    ("23000", "IntegrityConstraintViolation", -30103),
    ("23001", "RestrictViolation", -30211),
    ("23502", "NotNullViolation", -30185),
    ("23503", "ForeignKeyViolation", -30087),
    ("23505", "UniqueViolation", -30260),
    ("23514", "CheckViolation", -30017),
    ("23P01", "ExclusionViolation", -30055),
    ("24000", "InvalidCursorState", -30123),
    ("25000", "InvalidTransactionState", -30159),
    ("25001", "ActiveSqlTransaction", -30001),
    ("25002", "BranchTransactionAlreadyActive", -30010),
    ("25003", "InappropriateAccessModeForBranchTransaction", -30095),
    ("25004", "InappropriateIsolationLevelForBranchTransaction", -30096),
    ("25005", "NoActiveSqlTransactionForBranchTransaction", -30176),
    ("25006", "ReadOnlySqlTransaction", -30207),
    ("25007", "SchemaAndDataStatementMixingNotSupported", -30214),
    ("25008", "HeldCursorRequiresSameIsolationLevel", -30091),
    ("25P01", "NoActiveSqlTransaction", -30175),
    ("25P02", "InFailedSqlTransaction", -30094),
    ("25P03", "IdleInTransactionSessionTimeout", -30092),
    ("26000", "InvalidSqlStatementName", -30151),
    ("27000", "TriggeredDataChangeViolation", -30252),
    ("28000", "InvalidAuthorizationSpecification", -30115),
    ("28P01", "InvalidPassword", -30139),
    ("2B000", "DependentPrivilegeDescriptorsStillExist", -30036),
    ("2BP01", "DependentObjectsStillExist", -30035),
    ("2D000", "InvalidTransactionTermination", -30160),
    ("2F000", "SqlRoutineException", -30225),
    ("2F002", "ModifyingSqlDataNotPermitted", -30170),
    ("2F003", "ProhibitedSqlStatementAttempted", -30201),
    ("2F004", "ReadingSqlDataNotPermitted", -30208),
    ("2F005", "FunctionExecutedNoReturnStatement", -30088),
    ("34000", "InvalidCursorName", -30122),
    ("38000", "ExternalRoutineException", -30056),
    ("38001", "ContainingSqlNotPermitted", -30025),
    ("38002", "ModifyingSqlDataNotPermittedExt", -30171),
    ("38003", "ProhibitedSqlStatementAttemptedExt", -30202),
    ("38004", "ReadingSqlDataNotPermittedExt", -30209),
    ("39000", "ExternalRoutineInvocationException", -30057),
    ("39001", "InvalidSqlstateReturned", -30152),
    ("39004", "NullValueNotAllowedExt", -30189),
    ("39P01", "TriggerProtocolViolated", -30250),
    ("39P02", "SrfProtocolViolated", -30229),
    ("39P03", "EventTriggerProtocolViolated", -30054),
    ("3B000", "SavepointException", -30213),
    ("3B001", "InvalidSavepointSpecification", -30147),
    ("3D000", "InvalidCatalogName", -30117),
    ("3F000", "InvalidSchemaName", -30149),
    ("40000", "TransactionRollback", -30248),
    ("40001", "SerializationFailure", -30216),
    ("40002", "TransactionIntegrityConstraintViolation", -30246),
    ("40003", "StatementCompletionUnknown", -30231),
    ("40P01", "DeadlockDetected", -30034),
    ("42000", "SyntaxErrorOrAccessRuleViolation", -30238),
    ("42501", "InsufficientPrivilege", -30101),
    ("42601", "SyntaxError", -30237),
    ("42602", "InvalidName", -30136),
    ("42611", "InvalidColumnDefinition", -30119),
    ("42622", "NameTooLong", -30174),
    ("42701", "DuplicateColumn", -30041),
    ("42702", "AmbiguousColumn", -30004),
    ("42703", "UndefinedColumn", -30254),
    ("42704", "UndefinedObject", -30257),
    ("42710", "DuplicateObject", -30047),
    ("42712", "DuplicateAlias", -30040),
    ("42723", "DuplicateFunction", -30045),
    ("42725", "AmbiguousFunction", -30005),
    ("42803", "GroupingError", -30090),
    ("42804", "DatatypeMismatch", -30032),
    ("42809", "WrongObjectType", -30267),
    ("42830", "InvalidForeignKey", -30129),
    ("42846", "CannotCoerce", -30011),
    ("42883", "UndefinedFunction", -30256),
    ("428C9", "GeneratedAlways", -30089),
    ("42939", "ReservedName", -30210),
    ("42P01", "UndefinedTable", -30259),
    ("42P02", "UndefinedParameter", -30258),
    ("42P03", "DuplicateCursor", -30042),
    ("42P04", "DuplicateDatabase", -30043),
    ("42P05", "DuplicatePreparedStatement", -30048),
    ("42P06", "DuplicateSchema", -30049),
    ("42P07", "DuplicateTable", -30050),
    ("42P08", "AmbiguousParameter", -30006),
    ("42P09", "AmbiguousAlias", -30003),
    ("42P10", "InvalidColumnReference", -30120),
    ("42P11", "InvalidCursorDefinition", -30121),
    ("42P12", "InvalidDatabaseDefinition", -30124),
    ("42P13", "InvalidFunctionDefinition", -30130),
    ("42P14", "InvalidPreparedStatementDefinition", -30141),
    ("42P15", "InvalidSchemaDefinition", -30148),
    ("42P16", "InvalidTableDefinition", -30153),
    ("42P17", "InvalidObjectDefinition", -30137),
    ("42P18", "IndeterminateDatatype", -30098),
    ("42P19", "InvalidRecursion", -30142),
    ("42P20", "WindowingError", -30265),
    ("42P21", "CollationMismatch", -30018),
    ("42P22", "IndeterminateCollation", -30097),
    ("44000", "WithCheckOptionViolation", -30266),
    ("53000", "InsufficientResources", -30102),
    ("53100", "DiskFull", -30038),
    ("53200", "OutOfMemory", -30195),
    ("53300", "TooManyConnections", -30242),
    ("53400", "ConfigurationLimitExceeded", -30020),
    ("54000", "ProgramLimitExceeded", -30199),
    ("54001", "StatementTooComplex", -30232),
    ("54011", "TooManyColumns", -30241),
    ("54023", "TooManyArguments", -30240),
    ("55000", "ObjectNotInPrerequisiteState", -30192),
    ("55006", "ObjectInUse", -30191),
    ("55P02", "CantChangeRuntimeParam", -30013),
    ("55P03", "LockNotAvailable", -30169),
    ("55P04", "UnsafeNewEnumValueUsage", -30261),
    ("57000", "OperatorIntervention", -30194),
    ("57014", "QueryCanceled", -30204),
    ("57P01", "AdminShutdown", -30002),
    ("57P02", "CrashShutdown", -30026),
    ("57P03", "CannotConnectNow", -30012),
    ("57P04", "DatabaseDropped", -30030),
    ("57P05", "IdleSessionTimeout", -30093),
    ("58000", "SystemError", -30239),
    ("58030", "IoError", -30166),
    ("58P01", "UndefinedFile", -30255),
    ("58P02", "DuplicateFile", -30044),
    ("72000", "SnapshotTooOld", -30218),
    ("F0000", "ConfigFileError", -30019),
    ("F0001", "LockFileExists", -30168),
    ("HV000", "FdwError", -30060),
    ("HV001", "FdwOutOfMemory", -30077),
    ("HV002", "FdwDynamicParameterValueNeeded", -30059),
    ("HV004", "FdwInvalidDataType", -30066),
    ("HV005", "FdwColumnNameNotFound", -30058),
    ("HV006", "FdwInvalidDataTypeDescriptors", -30067),
    ("HV007", "FdwInvalidColumnName", -30064),
    ("HV008", "FdwInvalidColumnNumber", -30065),
    ("HV009", "FdwInvalidUseOfNullPointer", -30074),
    ("HV00A", "FdwInvalidStringFormat", -30072),
    ("HV00B", "FdwInvalidHandle", -30069),
    ("HV00C", "FdwInvalidOptionIndex", -30070),
    ("HV00D", "FdwInvalidOptionName", -30071),
    ("HV00J", "FdwOptionNameNotFound", -30076),
    ("HV00K", "FdwReplyHandle", -30078),
    ("HV00L", "FdwUnableToCreateExecution", -30082),
    ("HV00M", "FdwUnableToCreateReply", -30083),
    ("HV00N", "FdwUnableToEstablishConnection", -30084),
    ("HV00P", "FdwNoSchemas", -30075),
    ("HV00Q", "FdwSchemaNotFound", -30079),
    ("HV00R", "FdwTableNotFound", -30080),
    ("HV010", "FdwFunctionSequenceError", -30061),
    ("HV014", "FdwTooManyHandles", -30081),
    ("HV021", "FdwInconsistentDescriptorInformation", -30062),
    ("HV024", "FdwInvalidAttributeValue", -30063),
    ("HV090", "FdwInvalidStringLengthOrBufferLength", -30073),
    ("HV091", "FdwInvalidDescriptorFieldIdentifier", -30068),
    ("P0000", "PlpgsqlError", -30198),
    ("P0001", "RaiseException", -30206),
    ("P0002", "NoDataFound", -30179),
    ("P0003", "TooManyRows", -30245),
    ("P0004", "AssertFailure", -30008),
    ("XX000", "InternalError_", -30107),
    ("XX001", "DataCorrupted", -30027),
    ("XX002", "IndexCorrupted", -30099),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted() {
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(CODES.len(), 251);
    }

    #[test]
    fn numbers_are_the_services() {
        for (sqlstate, number, name) in [
            ("42P01", -30259, "UndefinedTable"),
            ("23505", -30260, "UniqueViolation"),
            ("XX000", -30107, "InternalError_"),
            ("22999", -30028, "DataError"),
            ("AB123", -30031, "DatabaseError"),
            ("P0999", -30200, "ProgrammingError"),
            ("HV999", -30193, "OperationalError"),
            ("25P04", -30000, "TransactionTimeout"),
        ] {
            assert_eq!(of_sqlstate(sqlstate), ErrorCode { number, name });
        }
    }

    #[test]
    fn explorations_count_classes() {
        for (sqlstate, number, name) in [
            ("42501", -26037, "ProgrammingError"),
            ("42883", -27022, "UndefinedFunction"),
            ("22P02", -26007, "DataError"),
            ("22012", -26007, "DataError"),
            ("57014", -26035, "OperationalError"),
            ("0A000", -26033, "NotSupportedError"),
            ("23503", -26014, "IntegrityError"),
            ("AB123", -26006, "DBAPIError"),
        ] {
            assert_eq!(of_class_in_exploration(sqlstate), ErrorCode { number, name });
        }
    }
}

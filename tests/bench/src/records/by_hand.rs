//! The SQL that somebody would write by hand who knows these tables: what can be null, which columns there are, what
//! the caller may read. It returns the documents that the functions return.

/// How rows are shown that others link to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Previews {
    /// By one column each, which is chosen when they are read.
    Default,
    /// By templates that go on to other tables.
    Custom,
}

impl Previews {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Previews::Default => "default",
            Previews::Custom => "custom",
        }
    }

    /// Statements that make the tables have them.
    pub(crate) fn set_up(self) -> &'static str {
        match self {
            Previews::Default => {
                r#"SELECT msar.set_table_metadata(name, '{"preview_customized": null, "preview_template": null}')
                   FROM unnest(ARRAY['shop.maker', 'shop.seller', 'shop.kind', 'shop.item']::regclass[]) AS name"#
            }
            Previews::Custom => {
                r#"SELECT msar.set_table_metadata(name, jsonb_build_object('preview_customized', true, 'preview_template', template))
                   FROM (VALUES ('shop.maker'::regclass, '[[2], " (", [3, 3], ")"]'::jsonb),
                                ('shop.seller', '[[2], ", ", [3, 2], " ", [3, 3, 2]]'),
                                ('shop.kind', '[[3, 2], ": ", [2]]'),
                                ('shop.item', '[[2], " by ", [8, 2]]')) AS t(name, template)"#
            }
        }
    }

    /// What the rows of `page` link to: the keys that occur, each once, and how these rows are shown.
    fn linked(self) -> &'static str {
        match self {
            Previews::Default => {
                "jsonb_build_object(
                  '8', (SELECT coalesce(jsonb_object_agg(m.id, m.name), '{}') FROM shop.maker AS m
                        WHERE m.id IN (SELECT maker_id FROM page)),
                  '9', (SELECT coalesce(jsonb_object_agg(s.id, s.name), '{}') FROM shop.seller AS s
                        WHERE s.id IN (SELECT seller_id FROM page)),
                  '10', (SELECT coalesce(jsonb_object_agg(k.id, k.label), '{}') FROM shop.kind AS k
                         WHERE k.id IN (SELECT kind_id FROM page)))"
            }
            Previews::Custom => {
                "jsonb_build_object(
                  '8', (SELECT coalesce(jsonb_object_agg(m.id, m.name || ' (' || c.name || ')'), '{}')
                        FROM shop.maker AS m JOIN shop.country AS c ON c.id = m.country_id
                        WHERE m.id IN (SELECT maker_id FROM page)),
                  '9', (SELECT coalesce(jsonb_object_agg(s.id, s.name || ', ' || t.name || ' ' || c.code), '{}')
                        FROM shop.seller AS s JOIN shop.city AS t ON t.id = s.city_id
                        JOIN shop.country AS c ON c.id = t.country_id
                        WHERE s.id IN (SELECT seller_id FROM page)),
                  '10', (SELECT coalesce(jsonb_object_agg(k.id, d.title || ': ' || k.label), '{}')
                         FROM shop.kind AS k JOIN shop.department AS d ON d.id = k.department_id
                         WHERE k.id IN (SELECT kind_id FROM page)))"
            }
        }
    }
}

/// A row as a document: dates and times in the form of the documents, all else as PostgreSQL has it.
const RECORD: &str = "jsonb_build_object(
    '1', id, '2', title, '3', note, '4', price, '5', sold, '6', to_char(made, 'YYYY-MM-DD AD'),
    '7', rtrim(to_char(added, 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '0')
         || CASE WHEN added = date_trunc('second', added) THEN '0' ELSE '' END
         || replace(to_char(added, 'TZH:TZM'), '+00:00', 'Z') || ' AD',
    '8', maker_id, '9', seller_id, '10', kind_id)";

/// A page of the items by their key.
pub(crate) struct Page {
    pub(crate) limit: u32,
    pub(crate) offset: u32,
    /// The key of the row before.
    pub(crate) after: Option<u32>,
    /// The only row.
    pub(crate) only: Option<u32>,
    pub(crate) previews: Previews,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            limit: 50,
            offset: 0,
            after: None,
            only: None,
            previews: Previews::Default,
        }
    }
}

impl Page {
    fn rows(&self) -> String {
        let Self { limit, offset, .. } = self;
        match (self.only, self.after) {
            (Some(key), _) => format!("SELECT * FROM shop.item WHERE id = {key}"),
            (None, Some(key)) => {
                format!("SELECT * FROM shop.item WHERE id > {key} ORDER BY id LIMIT {limit}")
            }
            (None, None) if *offset == 0 => format!("SELECT * FROM shop.item ORDER BY id LIMIT {limit}"),
            // Skipped rows are not fetched: their keys are in the index.
            (None, None) => format!(
                "SELECT * FROM shop.item
                 WHERE id IN (SELECT id FROM shop.item ORDER BY id LIMIT {limit} OFFSET {offset}) ORDER BY id"
            ),
        }
    }

    fn document(&self, count: &str, last: &str) -> String {
        format!(
            "WITH page AS MATERIALIZED ({}) SELECT jsonb_build_object(
               'count', {count},
               'results', (SELECT coalesce(jsonb_agg({RECORD} ORDER BY id), '[]') FROM page),
               'grouping', NULL,
               'linked_record_summaries', {},
               'record_summaries', NULL,
               {last})",
            self.rows(),
            self.previews.linked()
        )
    }

    /// As `msar.list_records_from_table` returns it.
    pub(crate) fn listed(&self) -> String {
        self.document(
            "(SELECT count(*) FROM shop.item)",
            "'joined_record_summaries', NULL",
        )
    }

    /// As `msar.list_records` returns it, without a count.
    pub(crate) fn own(&self) -> String {
        let document = self.document(
            "NULL",
            &format!(
                "'next', (SELECT CASE count(*) WHEN {} THEN max(id) END FROM page)",
                self.limit
            ),
        );
        format!("{document} || '{EMPTY_MEMBERS}'")
    }

    /// As `msar.get_record_from_table` returns it.
    pub(crate) fn one(&self) -> String {
        self.document("(SELECT count(*) FROM page)", "'joined_record_summaries', NULL")
    }
}

/// What `msar.list_records` returns where nothing was asked for.
const EMPTY_MEMBERS: &str = r#"{"links": {}, "display": null, "omitted": [], "record_summaries": {}}"#;

/// An option of `msar.list_records`: what the call is, its options, and the SQL that returns the same document for a page
/// of 50 rows. Columns are shown by their names, the date of the items as 31.12.2024.
pub(crate) struct PageOption {
    pub(crate) name: &'static str,
    pub(crate) options: &'static str,
    page: &'static str,
    /// The order of the page's rows.
    order: &'static str,
    /// The members that differ from those of a page without options.
    members: &'static str,
}

/// Statements that give columns display options.
pub(crate) const DISPLAY_OPTIONS: &str = r#"SELECT msar.set_column_metadata('shop.item',
    '[{"name": "made", "date_format": "DD.MM.YYYY"}, {"name": "sold", "bool_true": "yes", "bool_false": "no"}]')"#;

pub(crate) const PAGE_OPTIONS: [PageOption; 5] = [
    PageOption {
        name: "names of columns, no previews",
        options: r#""previews": false, "count": "none""#,
        page: "SELECT * FROM shop.item ORDER BY id LIMIT 50",
        order: "id",
        members: "'count', NULL",
    },
    PageOption {
        name: "texts of display options",
        options: r#""previews": false, "count": "none", "display": true"#,
        page: "SELECT * FROM shop.item ORDER BY id LIMIT 50",
        order: "id",
        members: "'count', NULL, 'display', (SELECT jsonb_agg(jsonb_build_object('id', id::text, 'title', title, 'note', note,
            'price', price::text, 'sold', CASE WHEN sold THEN 'yes' ELSE 'no' END, 'made', to_char(made, 'DD.MM.YYYY'),
            'added', added::text, 'maker_id', maker_id::text, 'seller_id', seller_id::text, 'kind_id', kind_id::text)
            ORDER BY id) FROM page)",
    },
    PageOption {
        name: "previews beside the records",
        options: r#""count": "none""#,
        page: "SELECT * FROM shop.item ORDER BY id LIMIT 50",
        order: "id",
        members: "'count', NULL, 'links', (SELECT jsonb_build_object('maker_id', jsonb_agg(m.name ORDER BY p.id),
            'seller_id', jsonb_agg(s.name ORDER BY p.id), 'kind_id', jsonb_agg(k.label ORDER BY p.id))
            FROM page AS p LEFT JOIN shop.maker AS m ON m.id = p.maker_id LEFT JOIN shop.seller AS s ON s.id = p.seller_id
            LEFT JOIN shop.kind AS k ON k.id = p.kind_id)",
    },
    PageOption {
        name: "filter and order along foreign keys",
        options: r#""previews": false, "count": "none", "filter": {"kind_id.department_id.title": "Department 3"},
            "order": [{"column": "maker_id.name"}]"#,
        page: "SELECT i.*, m.name AS maker FROM shop.item AS i LEFT JOIN shop.kind AS k ON k.id = i.kind_id
            LEFT JOIN shop.department AS d ON d.id = k.department_id LEFT JOIN shop.maker AS m ON m.id = i.maker_id
            WHERE d.title = 'Department 3' ORDER BY m.name, i.id LIMIT 50",
        order: "maker, id",
        members: "'count', NULL",
    },
    PageOption {
        name: "search in 5 columns, exact count",
        options: r#""previews": false, "order": [{"column": "id"}],
            "search": {"text": "copper lamp", "columns": ["title", "note", "{maker_id}", "{seller_id}", "{kind_id}"]}"#,
        page: "SELECT i.* FROM (SELECT id FROM found ORDER BY id LIMIT 50) AS f JOIN shop.item AS i USING (id)",
        order: "id",
        members: "'count', (SELECT count(*) FROM found)",
    },
];

impl PageOption {
    pub(crate) fn sql(&self) -> String {
        let Self {
            page, order, members, ..
        } = self;
        let found = match page.contains("FROM found") {
            true => {
                "found AS MATERIALIZED (SELECT i.id FROM shop.item AS i LEFT JOIN shop.maker AS m ON m.id = i.maker_id
                   LEFT JOIN shop.seller AS s ON s.id = i.seller_id LEFT JOIN shop.kind AS k ON k.id = i.kind_id
                   WHERE i.title ILIKE '%copper lamp%' OR i.note ILIKE '%copper lamp%' OR m.name ILIKE '%copper lamp%'
                     OR s.name ILIKE '%copper lamp%' OR k.label ILIKE '%copper lamp%'), "
            }
            false => "",
        };
        format!(
            r#"WITH {found}page AS MATERIALIZED ({page})
               SELECT '{{"grouping": null, "linked_record_summaries": {{}}, "links": {{}}, "display": null, "omitted": [],
                   "record_summaries": {{}}}}'::jsonb
                 || jsonb_build_object(
                   'results', (SELECT coalesce(jsonb_agg(to_jsonb(p) - 'maker' ORDER BY {order}), '[]') FROM page AS p),
                   'next', (SELECT CASE count(*) WHEN 50 THEN (array_agg(id ORDER BY {order}))[50] END FROM page), {members})"#
        )
    }
}

/// The ten best rows in which one of the terms is found, as `msar.search_records_from_table` returns them. Only their
/// keys are sorted.
pub(crate) fn search(terms: &[(u8, &str)], previews: Previews) -> String {
    let column = |attnum| if attnum == 2 { "title" } else { "note" };
    let conditions: Vec<String> = terms
        .iter()
        .map(|(attnum, text)| format!("{} ILIKE '%{text}%'", column(*attnum)))
        .collect();
    let scores: Vec<String> = terms
        .iter()
        .map(|(attnum, text)| {
            let name = column(*attnum);
            format!(
                "CASE WHEN {name} ILIKE '{text}' THEN 4 WHEN {name} ILIKE '{text}%' THEN 3
                   WHEN {name} ILIKE '%{text}%' THEN 2 ELSE 0 END"
            )
        })
        .collect();
    format!(
        "WITH found AS MATERIALIZED (SELECT id, {} AS score FROM shop.item WHERE {}),
           best AS MATERIALIZED (SELECT id, score FROM found ORDER BY score DESC, id LIMIT 10),
           page AS MATERIALIZED (SELECT i.*, b.score FROM best AS b JOIN shop.item AS i USING (id))
         SELECT jsonb_build_object(
           'count', (SELECT count(*) FROM found),
           'results', (SELECT coalesce(jsonb_agg({RECORD} ORDER BY score DESC, id), '[]') FROM page),
           'linked_record_summaries', {},
           'record_summaries', NULL)",
        scores.join(" + "),
        conditions.join(" OR "),
        previews.linked()
    )
}

/// The first 20 summaries with a text in them, as `msar.list_by_record_summaries` returns them.
pub(crate) fn summaries(text: &str, previews: Previews) -> String {
    let (summary, from) = match previews {
        Previews::Default => ("i.title", "shop.item AS i"),
        Previews::Custom => (
            "i.title || ' by ' || coalesce(m.name, '')",
            "shop.item AS i LEFT JOIN shop.maker AS m ON m.id = i.maker_id",
        ),
    };
    format!(
        "WITH found AS MATERIALIZED (
           SELECT * FROM (SELECT i.id, {summary} AS summary FROM {from}) AS s WHERE summary ILIKE '%{text}%'
         )
         SELECT jsonb_build_object(
           'count', (SELECT count(*) FROM found),
           'results', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', id, 'summary', summary) ORDER BY summary, id), '[]')
                       FROM (SELECT * FROM found ORDER BY summary, id LIMIT 20) AS f),
           'mapping', NULL)"
    )
}

/// All rows, and before them the names of the columns, as `msar.get_table_columns_and_records` returns them.
pub(crate) fn export() -> String {
    format!(
        r#"SELECT jsonb '{{"1": "id", "2": "title", "3": "note", "4": "price", "5": "sold", "6": "made", "7": "added",
             "8": "maker_id", "9": "seller_id", "10": "kind_id"}}'
           UNION ALL (SELECT {RECORD} FROM shop.item ORDER BY id)"#
    )
}

/// Rows to be added, as `msar.add_records` takes them.
pub(crate) const NEW_ROWS: &str = "
    SELECT jsonb_agg(jsonb_build_object('2', title, '3', note, '4', price, '5', sold, '6', made, '7', added,
             '8', maker_id, '9', seller_id, '10', kind_id) ORDER BY id)::text
    FROM shop.item WHERE id <= 1000";

/// A digest of what was added.
pub(crate) const ADDED: &str = "
    SELECT count(*) || ' ' || md5(string_agg((to_jsonb(i) - 'id')::text, ' ' ORDER BY id))
    FROM shop.item AS i WHERE id > 1000000";

/// The statement that adds them, and returns their keys as the function does.
pub(crate) fn add(rows: &str) -> String {
    format!(
        r#"WITH added AS (
             INSERT INTO shop.item (title, note, price, sold, made, added, maker_id, seller_id, kind_id)
             SELECT "2", "3", "4", "5", "6", "7", "8", "9", "10" FROM jsonb_to_recordset('{rows}')
               AS r("2" text, "3" text, "4" numeric(10,2), "5" boolean, "6" date, "7" timestamptz,
                    "8" integer, "9" integer, "10" integer)
             RETURNING id
           )
           SELECT jsonb_build_object('count', count(*), 'keys', jsonb_agg(id)) FROM added"#
    )
}

//! SQLite's rows as they stand, to be written again.

use sqlx::{
    Arguments as _, Column, Row as _, TypeInfo as _, ValueRef as _,
    sqlite::{SqliteArguments, SqliteRow},
};

/// One value.
#[derive(Clone)]
pub(super) enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// Rows of one table.
pub(super) struct Rows {
    /// The statement that writes one.
    pub(super) insert: String,
    /// A row each.
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Rows {
    /// Takes them over, with another first column: the domain.
    pub(super) fn read(table: &str, domain: i32, rows: &[SqliteRow]) -> Result<Self, sqlx::Error> {
        let names: Vec<&str> =
            rows.first().map(|row| row.columns().iter().map(Column::name).collect()).unwrap_or_default();
        let places = vec!["?"; names.len()].join(", ");
        let insert = format!("INSERT INTO {table} ({}) VALUES ({places})", names.join(", "));
        let row = |row: &SqliteRow| {
            let mut cells = (0..row.len()).map(|place| cell(row, place)).collect::<Result<Vec<_>, _>>()?;
            if let Some(first) = cells.first_mut() {
                *first = Cell::Number(domain.into());
            }
            Ok(cells)
        };
        Ok(Self { insert, rows: rows.iter().map(row).collect::<Result<_, sqlx::Error>>()? })
    }
}

fn cell(row: &SqliteRow, place: usize) -> Result<Cell, sqlx::Error> {
    let value = row.try_get_raw(place)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let kind = value.type_info().name().to_owned();
    Ok(match kind.as_str() {
        "TEXT" => Cell::Text(row.try_get_unchecked(place)?),
        "BLOB" => Cell::Bytes(row.try_get_unchecked(place)?),
        _ => Cell::Number(row.try_get_unchecked(place)?),
    })
}

/// A row as a statement's arguments; `id`, where given, instead of the second column.
pub(super) fn arguments(row: &[Cell], id: Option<&[u8]>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for (place, cell) in row.iter().enumerate() {
        let added = match (place, id, cell) {
            (1, Some(id), _) => arguments.add(id.to_vec()),
            (_, _, Cell::Null) => arguments.add(Option::<i64>::None),
            (_, _, Cell::Number(number)) => arguments.add(*number),
            (_, _, Cell::Text(text)) => arguments.add(text.clone()),
            (_, _, Cell::Bytes(bytes)) => arguments.add(bytes.clone()),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

//! Fonts without the tables that do harm.

/// The font whose directory of tables begins at `start`, without the table of that name.
///
/// The table stays in the file under a name that nobody asks for: the directory keeps its order.
pub(super) fn without(mut font: Vec<u8>, start: usize, table: [u8; 4]) -> Vec<u8> {
    const RECORD: usize = 16;
    let Some(directory) = font.get_mut(start..) else {
        return font;
    };
    let count = directory.get(4..6).map_or(0, |count| usize::from(u16::from_be_bytes([count[0], count[1]])));
    let records = directory.get_mut(12..).unwrap_or_default().chunks_exact_mut(RECORD).take(count);
    for record in records.filter(|record| record.starts_with(&table)) {
        record[3] = b'z';
    }
    font
}

#[cfg(test)]
mod tests {
    use super::*;
    use typst::{
        foundations::Bytes,
        layout::Abs,
        text::{Font, FontVariant, FontVariations},
    };

    #[test]
    fn a_table_that_is_taken_out_is_not_found() {
        let has = |font: Vec<u8>| {
            let font = Font::new(Bytes::new(font), 0).expect("a font that can be read");
            font.instantiate(FontVariant::default(), Abs::pt(10.0), &FontVariations::default())
                .ttf()
                .tables()
                .gdef
                .is_some()
        };
        let whole = notosans::REGULAR_TTF.to_vec();
        assert!(has(whole.clone()));
        assert!(!has(without(whole.clone(), 0, *b"GDEF")));
        assert!(has(without(whole.clone(), 0, *b"kern")));
        for broken in [vec![], vec![0; 5], whole[..30].to_vec()] {
            let length = broken.len();
            assert_eq!(without(broken.clone(), 0, *b"GDEF").len(), length);
            assert_eq!(without(broken, 1 << 20, *b"GDEF").len(), length);
        }
    }
}

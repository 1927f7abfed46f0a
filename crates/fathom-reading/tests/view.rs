//! The questions that renderers ask.

use fathom_reading::{Layer, Origin, Position, Reading, Site, SiteKind};

#[test]
fn rows_are_found_by_site() {
    let reading = Reading::example();
    assert_eq!(reading.row_of(Site::EMBED), Some(0));
    assert_eq!(reading.row_of(Site::after(Layer(3))), Some(reading.last_row()));
    assert_eq!(reading.row_of(Site::after(Layer(4))), None);
    assert_eq!(reading.row_of(Site::within(SiteKind::MlpOut, Layer(0))), None);
}

#[test]
fn rows_and_columns_cross() {
    let reading = Reading::example();
    assert_eq!(reading.row(2).len(), 7);
    assert_eq!(reading.column(4).len(), 5);
    assert!(reading.row(2).all(|cell| cell.place() == reading.rows[2]));
    assert!(reading.column(4).all(|cell| cell.position() == Position(4)));
    assert_eq!(reading.row(2).nth(4).unwrap().target(), reading.column(4).nth(2).unwrap().target());
}

#[test]
fn the_output_begins_at_the_blank() {
    let mut reading = Reading::example();
    assert_eq!(reading.blank(), Some(Position(4)));
    assert_eq!(reading.output_columns(), [4, 5]);
    for token in &mut reading.tokens {
        token.origin = Origin::Prompt;
    }
    assert_eq!(reading.blank(), Some(Position(6)));
    assert!(reading.output_columns().is_empty());
    reading.tokens.clear();
    assert_eq!(reading.blank(), None);
}

#[test]
fn targets_are_shown_as_they_stand_in_the_run() {
    let reading = Reading::example();
    // Alone the token is `⟨AC⟩` and a newline; in the run it completes the euro sign.
    assert_eq!(reading.text(reading.targets[3].id), "⟨AC⟩\n");
    assert_eq!(reading.target_text(3), "€\n");
    assert_eq!(reading.target_text(6), reading.text(reading.targets[6].id));
    assert_eq!(reading.token_at(Position(2)).unwrap().text, " keys");
    assert_eq!(reading.next_token(Position(6)), None);
}

#[test]
fn sites_are_ordered_as_a_forward_pass_meets_them() {
    let within = |kind, layer| Site::within(kind, Layer(layer));
    let sites = [
        Site::EMBED,
        within(SiteKind::ResidPre, 0),
        within(SiteKind::AttnOut, 0),
        within(SiteKind::MlpOut, 0),
        Site::after(Layer(0)),
        within(SiteKind::ResidPre, 1),
        Site::after(Layer(10)),
    ];
    assert!(sites.windows(2).all(|pair| pair[0].depth() < pair[1].depth()));
}

#[test]
fn several_tokens_are_never_silently_one() {
    let reading = Reading::example();
    assert_eq!(reading.watched[0].note(), None);
    assert!(reading.watched[2].note().unwrap().contains("2 tokens"));
}

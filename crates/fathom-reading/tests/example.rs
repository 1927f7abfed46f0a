//! The invented reading is consistent, and holds the awkward cases that its users rely on.

use fathom_reading::{Position, Rank, Reading, TokenId};

#[test]
fn its_numbers_agree_with_one_another() {
    let reading = Reading::example();
    let last = reading.rows.len() - 1;
    for cell in reading.cells() {
        let top: Vec<_> = cell.top().collect();
        assert_eq!(top.len(), reading.columns.top_k);
        assert!(top.windows(2).all(|pair| pair[0].logit >= pair[1].logit));
        assert!(top.iter().map(|candidate| candidate.prob).sum::<f32>() <= 1.0 + 1e-6);
        let target = cell.target();
        assert_eq!(target.rank == Rank::FIRST, top[0].logit <= target.logit);
        assert!((cell.surprisal_bits() + target.prob.log2()).abs() < 1e-3);
        assert!(
            cell.entropy_bits() > 0.0
                && cell.kl_bits() >= 0.0
                && cell.get(fathom_reading::known::KL_REVERSE_BITS) >= 0.0
        );
        assert_eq!(cell.place() == reading.rows[last], cell.kl_bits() == 0.0);
        assert!(top.iter().all(|candidate| !reading.text(candidate.id).starts_with("⟨id")));
    }
}

#[test]
fn it_holds_the_awkward_cases() {
    let reading = Reading::example();
    let texts: Vec<&str> = reading.tokens.iter().map(|token| token.text.as_str()).collect();
    assert_eq!(texts, ["<|begin|>", "The", " keys", "⟨E2⟩⟨82⟩", "€\n", " are", "</script>"]);
    assert_eq!(reading.prompt_len(), 5);
    let ranks: Vec<Rank> = reading.cells().map(|cell| cell.target().rank).collect();
    assert!(ranks.contains(&Rank::FIRST) && ranks.iter().any(|rank| rank.get() > 5000), "{ranks:?}");
    let listed: Vec<TokenId> =
        reading.cells().flat_map(|cell| cell.top()).map(|candidate| candidate.id).collect();
    let hostile = ["</script>", "\u{202e}evil", "=1+1", "\"", "\t", "\u{1b}[2J", "😀"];
    for wanted in hostile {
        assert!(listed.iter().any(|&id| reading.text(id) == wanted), "{wanted:?} is no candidate anywhere");
    }
    assert!(reading.targets.last().unwrap().is_argmax);
    // ` is` leads before ` are` overtakes it at the blank.
    let blank = reading.column_of(Position(4)).unwrap();
    let leads: Vec<bool> = (0..5)
        .map(|row| {
            let watched: Vec<_> = reading.cell(row, blank).watch().collect();
            watched[0].logit > watched[1].logit
        })
        .collect();
    assert_eq!(leads, [false, false, false, true, true]);
}

use super::clients::{Secrets, Taken};
use super::*;
use crate::file::version::Version;
use proptest::prelude::*;
use std::collections::BTreeMap;

const MATRIX: &str = include_str!("../../../testdata/creds/matrix.tsv");

macro_rules! cases {
    ($($name:literal)*) => { [$(($name, include_bytes!(concat!("../../../testdata/creds/", $name)) as &[u8])),*] };
}

const CASES: [(&str, &[u8]); 31] = cases![
    "01_std" "02_crlf" "03_no_final_newline_after_END_SEED" "04_no_star_footer" "05_seed_first" "06_wrapped_jwt"
    "07_bom" "08_indented_all" "09_trailing_space_jwt" "10_trailing_space_headers" "11_missing_END_JWT"
    "12_three_dashes" "13_other_label" "14_blank_line_before_jwt" "15_comment_before" "16_bare_jwt_then_seed"
    "17_account_jwt_block_first" "18_em_dashes" "19_lowercase_headers" "20_trailing_space_seed" "21_indented_seed"
    "22_jwt_only" "23_seed_only" "24_cr_only" "25_text_same_line_prefix" "26_quoted_yaml_indent_4"
    "27_literal_backslash_n" "28_empty" "29_missing_END_SEED" "30_nul_and_utf16" "31_missing_END_SEED_no_nl"
];

fn case(name: &str) -> &'static [u8] {
    CASES.iter().find(|(case, _)| case.starts_with(name)).expect("a case").1
}

fn standard() -> (String, String) {
    let creds = parse(case("01"));
    (creds.token.unwrap().text().to_owned(), creds.seed.unwrap().text().to_owned())
}

#[test]
fn every_cell_of_the_matrix_comes_out() {
    let mut lines = MATRIX.lines();
    let columns: Vec<&str> = lines.next().unwrap().split('\t').skip(1).collect();
    let mut cells = 0;
    for line in lines {
        let (name, row) = line.split_once('\t').unwrap();
        let bytes = case(name);
        // The seed by its text: in some cases the file has none.
        let secrets = Secrets::of(bytes);
        for (column, cell) in columns.iter().zip(row.split('\t')) {
            let (name, value) = column.rsplit_once(' ').unwrap();
            let client = match name {
                "go-jwt" => Client::Nsc,
                "nats.go" => Client::Go,
                "nats.rs" => Client::Rust,
                "nats.js" => Client::JavaScript,
                "nats.py" => Client::Python,
                "nats.java(file)" => Client::Java,
                "nats.net" => Client::DotNet,
                "nats.c(file)" => Client::C,
                other => panic!("{other}"),
            };
            let taken = readers::take(client, bytes);
            // The table has what each of .NET's two searches finds; it throws unless both do.
            let throws =
                client == Client::DotNet && row.split('\t').skip(12).take(2).any(|cell| cell == "err");
            let place =
                format!("{line_name} {column}: {cell:?}", line_name = line.split('\t').next().unwrap());
            if value == "jwt" {
                let judged = taken.map(|taken| taken.token.map(|token| secrets.judge(&token)));
                // The table calls a token with blanks around it `other` for C.
                let judged = judged.map(|judged| {
                    judged.map(|taken| match taken {
                        Taken::Padded if cell.starts_with("other") => Taken::Other,
                        taken => taken,
                    })
                });
                let expected = match cell {
                    _ if throws => Some(None),
                    "HANG" => None,
                    "ok" => Some(Some(Taken::Token)),
                    "SEED!" => Some(Some(Taken::Seed)),
                    "WHOLE(has seed)" => Some(Some(Taken::HasSeed)),
                    "ok+CR" | "ok+sp" | "ok+ws" => Some(Some(Taken::Padded)),
                    "empty" | "WHOLE" => Some(Some(Taken::Other)),
                    cell if cell.starts_with("other") => Some(Some(Taken::Other)),
                    // It takes the token and throws for want of a seed: nothing is sent.
                    cell if cell.starts_with("err") || cell.ends_with("(but throws)") => Some(None),
                    cell => panic!("{cell}"),
                };
                assert_eq!(judged, expected, "{place}");
            } else {
                let signs =
                    taken.and_then(|taken| taken.seed).is_some_and(|seed| clients::accepts(client, &seed));
                // Python's seed reader does not hang; its token reader has by then.
                let expected = matches!(cell, "ok" | "ok(fallback)") && !throws;
                let hangs = client == Client::Python && readers::take(client, bytes).is_none();
                assert!(signs == expected || hangs, "{place}");
            }
            cells += 1;
        }
    }
    assert_eq!(cells, 31 * 16);
}

#[test]
fn who_reads_who_breaks_who_leaks() {
    let expected = "
        01 nsc+ leaf+ go+ rs+ js+ py+ java+ net+ c+
        02 nsc+ leaf+ go+ rs+ js- py- java+ net+ c+
        03 nsc+ leaf+ go+ rs- js- py+ java+ net+ c+
        05 nsc- leaf- go- rs- js- py+ java- net+ c-
        06 nsc! leaf- go! rs- js- py- java- net- c!
        07 nsc+ leaf+ go+ rs+ js+ py+ java- net+ c+
        08 nsc- leaf- go- rs- js+ py- java- net- c-
        09 nsc! leaf- go! rs- js+ py- java+ net- c-
        10 nsc# leaf- go# rs- js- py+ java+ net+ c#
        11 nsc! leaf- go! rs- js- py+ java- net+ c!
        13 nsc+ leaf+ go+ rs+ js+ py@ java+ net- c+
        14 nsc! leaf- go! rs- js- py- java+ net- c+
        16 nsc# leaf- go# rs- js- py@ java- net- c#
        20 nsc- leaf- go- rs- js+ py- java+ net- c-
        22 nsc- leaf- go- rs- js- py- java- net- c-
        23 nsc! leaf- go! rs- js- py@ java- net- c!
        24 nsc- leaf- go- rs- js- py- java+ net+ c+
        27 nsc- leaf- go- rs- js- py- java- net- c-
        30 nsc- leaf- go- rs- js- py@ java- net+ c-
        31 nsc+ leaf- go+ rs- js- py- java+ net+ c+";
    for line in expected.trim().lines() {
        let (name, row) = line.trim().split_once(' ').unwrap();
        let short = ["nsc", "leaf", "go", "rs", "js", "py", "java", "net", "c"];
        let found: Vec<String> = clients(case(name))
            .into_iter()
            .zip(short)
            .map(|((_, outcome), name)| {
                let sign = match outcome {
                    Outcome::Reads => '+',
                    Outcome::Breaks => '-',
                    Outcome::LeaksSeed => '!',
                    Outcome::LeaksFile => '#',
                    Outcome::Hangs => '@',
                };
                format!("{name}{sign}")
            })
            .collect();
        assert_eq!(found.join(" "), row, "{name}");
    }
}

/// As 2.9.10 and 2.10.26 said when all were remotes of one leafnode; `tests/conform/remotes.rs` asks them again.
#[test]
fn older_leafnodes_are_stricter_about_line_ends() {
    let reads = |version: Version| -> Vec<&str> {
        CASES.iter().filter(|(_, bytes)| leafnode_reads(bytes, version)).map(|(name, _)| &name[..2]).collect()
    };
    let older = ["01", "04", "07", "12", "13", "15", "19", "25"];
    assert_eq!(reads(Version::new(2, 9, 10)), older);
    assert_eq!(reads(Version::new(2, 10, 22)), older);
    let newer = ["01", "02", "03", "04", "07", "12", "13", "15", "19", "25"];
    assert_eq!(reads(Version::new(2, 10, 23)), newer);
    assert_eq!(reads(Version::NEWEST), newer);
    // An empty line before the end is one that the newer ones do not know.
    let text = String::from_utf8_lossy(case("01")).replace("\n------END", "\n\n  ------END");
    assert!(leafnode_reads(text.as_bytes(), Version::new(2, 9, 10)));
    assert!(!leafnode_reads(text.as_bytes(), Version::NEWEST));
}

#[test]
fn every_case_is_read_as_far_as_it_can_be() {
    let (token, seed) = standard();
    for (name, bytes) in CASES {
        let creds = parse(bytes);
        let text = |part: &Option<Part<'_>>| part.as_ref().map(|part| part.text().to_owned());
        let (no_token, no_seed) = (["23", "28"], ["22", "28"]);
        let has = |without: [&str; 2], text: &String| (!without.contains(&&name[..2])).then(|| text.clone());
        assert_eq!(text(&creds.token), has(no_token, &token), "{name}");
        assert_eq!(text(&creds.seed), has(no_seed, &seed), "{name}");
        for part in creds.token.iter().chain(&creds.seed) {
            assert!(part.span.start < part.span.end && part.span.end <= bytes.len(), "{name} {part:?}");
        }
    }
}

#[test]
fn each_deviation_has_its_name() {
    let expected = BTreeMap::from([
        ("01", ""),
        ("02", "crlf*13"),
        ("03", "no-final-newline banner"),
        ("04", "banner"),
        ("05", "order"),
        ("06", "wrapped"),
        ("07", "bom"),
        ("08", "indented*6 no-final-newline"),
        ("09", "trailing-blank"),
        ("10", "trailing-blank*4"),
        ("11", "missing-end"),
        ("12", "dashes-nonstandard*4"),
        ("13", "label-nonstandard*2"),
        ("14", "blank-line"),
        ("15", "banner"),
        ("16", "undecorated*2 banner*2"),
        ("17", "extra-block banner"),
        ("18", "dashes-nonstandard*2"),
        ("19", "label-nonstandard*2"),
        ("20", "trailing-blank"),
        ("21", "indented"),
        ("22", "no-seed"),
        ("23", "no-token"),
        ("24", "cr-only*13"),
        ("25", "stray-text banner"),
        ("26", "indented*6"),
        ("27", "escaped*13 no-final-newline"),
        ("28", "no-token no-seed"),
        ("29", "missing-end banner"),
        ("30", "encoding"),
        ("31", "no-final-newline missing-end banner"),
    ]);
    for (name, bytes) in CASES {
        let names: Vec<String> = parse(bytes)
            .deviations
            .iter()
            .map(|deviation| {
                let name = deviation.kind.name().trim_start_matches("creds-");
                if deviation.count > 1 { format!("{name}*{}", deviation.count) } else { name.to_owned() }
            })
            .collect();
        assert_eq!(names.join(" "), expected[&name[..2]], "{name}");
    }
}

#[test]
fn a_deviation_has_its_bytes() {
    let of = |name: &str, kind: Kind| {
        let bytes = case(name);
        let creds = parse(bytes);
        let deviation = creds.deviations.into_iter().find(|deviation| deviation.kind == kind);
        String::from_utf8_lossy(&bytes[deviation.expect(name).span]).into_owned()
    };
    assert_eq!(of("02", Kind::CrLf), "\r\n");
    assert_eq!(of("07", Kind::ByteOrderMark), "\u{feff}");
    assert_eq!(of("08", Kind::Indented), "  ");
    assert_eq!(of("09", Kind::TrailingBlank), " ");
    assert_eq!(of("12", Kind::Dashes), "---BEGIN NATS USER JWT---");
    assert_eq!(of("13", Kind::Label), "-----BEGIN USER JWT-----");
    assert_eq!(of("14", Kind::BlankLine), "\n");
    assert_eq!(
        of("17", Kind::ExtraBlock),
        "-----BEGIN NATS ACCOUNT JWT-----\nACCT.JWT.X\n------END NATS ACCOUNT JWT------"
    );
    assert_eq!(of("25", Kind::Stray), "x ");
    assert_eq!(of("27", Kind::Escaped), "\\n");
    assert!(of("06", Kind::Wrapped).starts_with("eyJ0eXAi") && of("06", Kind::Wrapped).ends_with("fosCw"));
}

#[test]
fn shapes_that_people_paste() {
    let (token, seed) = standard();
    let text = String::from_utf8(case("01").to_vec()).unwrap();
    for (shape, kinds) in [
        (text.replace('\n', " "), vec![Kind::OneLine]),
        (text.replace('\n', "\n\n"), vec![Kind::BlankLine]),
        (text.replace('\n', "\\r\\n"), vec![Kind::Escaped]),
        (text.replace('\n', "\n\t"), vec![Kind::Indented]),
        (format!("creds: |\n{}", text.replace("\n", "\n  ")), vec![Kind::Banner]),
        (text.replace("SUAA", "SUAa"), vec![]),
        (text.replace("-----BEGIN NATS USER JWT-----\n", ""), vec![Kind::MissingBegin]),
        (format!("{text}{text}"), vec![Kind::ExtraBlock]),
        (format!("{}\n{}\n", seed, token), vec![Kind::Undecorated, Kind::Order]),
        (text.replace("can be used to sign", "can be used sign"), vec![]),
    ] {
        let creds = parse(shape.as_bytes());
        assert_eq!(creds.token.as_ref().map(Part::text), Some(token.as_str()), "{shape}");
        let read = creds.seed.as_ref().map(Part::text).unwrap();
        assert!(read.eq_ignore_ascii_case(&seed), "{shape}");
        for kind in kinds {
            assert!(creds.deviations.iter().any(|deviation| deviation.kind == kind), "{kind:?} {shape}");
        }
    }
}

#[test]
fn the_canonical_form_is_the_one_of_go() {
    let (token, seed) = standard();
    assert_eq!(canonical(&token, &seed).as_bytes(), case("01"));
    assert_eq!(
        decorated("a.b.c", "account"),
        "-----BEGIN NATS ACCOUNT JWT-----\na.b.c\n------END NATS ACCOUNT JWT------\n\n"
    );
    for (name, bytes) in CASES {
        let creds = parse(bytes);
        if let (Some(token), Some(seed)) = (creds.token, creds.seed) {
            let file = canonical(token.text(), seed.text());
            assert_eq!(parse(file.as_bytes()).deviations, [], "{name}");
            assert!(clients(file.as_bytes()).iter().all(|(_, outcome)| *outcome == Outcome::Reads), "{name}");
        }
    }
}

#[test]
fn nothing_tells_a_seed() {
    let creds = parse(case("01"));
    let told = format!("{creds:?}");
    assert!(!told.contains("SUAA") && !told.contains("eyJ"), "{told}");
}

/// A file of the marks, values and mistakes that make up credentials.
fn pasted() -> impl Strategy<Value = Vec<u8>> {
    let (token, seed) = standard();
    let pieces = vec![
        token.clone(),
        token[..200].to_owned(),
        seed,
        "-----BEGIN NATS USER JWT-----".into(),
        "------END NATS USER JWT------".into(),
        "-----BEGIN USER NKEY SEED-----".into(),
        "------END USER NKEY SEED------".into(),
        BANNER.into(),
        STARS.into(),
        "---".into(),
        "\n".into(),
        "\r\n".into(),
        "\r".into(),
        " ".into(),
        "\\n".into(),
        "\u{feff}".into(),
        "—".into(),
        "\0".into(),
        "x".into(),
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..30).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn prop_any_file_is_read(bytes in prop_oneof![pasted(), prop::collection::vec(any::<u8>(), 0..300)]) {
        let creds = parse(&bytes);
        for part in creds.token.iter().chain(&creds.seed).chain(&creds.others) {
            prop_assert!(part.span.start < part.span.end && part.span.end <= bytes.len());
        }
        let mut before = 0;
        for deviation in &creds.deviations {
            prop_assert!(deviation.span.start >= before && deviation.span.end <= bytes.len(), "{deviation:?}");
            before = deviation.span.start;
        }
        prop_assert_eq!(clients(&bytes).len(), Client::ALL.len());
        if creds.deviations.is_empty() {
            let outcomes = clients(&bytes);
            prop_assert!(outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Reads), "{outcomes:?}");
        }
    }
}

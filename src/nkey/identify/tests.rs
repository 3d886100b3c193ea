use super::*;
use proptest::prelude::*;

const USER: &str = "UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4";
const SEED: &str = "SUAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA6BEM";
const PRIVATE: &str = "PABQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQH3KJFDDCRUOCY3VOSAZYSBMZKYJJLETTUXDD7E3DNQKGCSWION6RLR3Q";
const CURVE: &str = "PADAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDANP5H";

#[track_caller]
fn told(text: &str, kind: Kind, reading: Reading, public: bool, faults: &[Fault]) {
    let identity = identify(text).expect("it resembles a key");
    assert_eq!((identity.kind, identity.reading), (kind, reading), "{identity:?}");
    assert_eq!(identity.public.map(|key| key.to_string()), public.then(|| USER.to_owned()));
    assert_eq!(identity.faults, faults);
}

#[test]
fn canonical_keys_are_named() {
    use Reading::Canonical;
    told(USER, Kind::Public(Role::User), Canonical, true, &[]);
    told(SEED, Kind::Seed(Role::User), Canonical, true, &[]);
    told(PRIVATE, Kind::Private { curve: false }, Canonical, false, &[]);
    told(CURVE, Kind::Private { curve: true }, Canonical, false, &[]);
    for (text, said) in [(USER, "public user key"), (SEED, "user seed"), (PRIVATE, "private key")] {
        assert_eq!(identify(text).expect("a key").kind.to_string(), said);
    }
}

#[test]
fn what_go_reads_besides_is_told_with_the_reason() {
    use Reading::{Half, Lenient};
    let public = Kind::Public(Role::User);
    let seed = Kind::Seed(Role::User);
    told(&format!("{USER}\n"), public, Lenient, true, &[Fault::LineEnds]);
    told(&format!("{USER}AAA"), public, Lenient, true, &[Fault::Extra(3)]);
    told(&format!("{SEED}\r\n"), seed, Lenient, true, &[Fault::LineEnds]);
    told(&SEED.replace("BEM", "BEO"), seed, Lenient, true, &[Fault::LastBits]);
    told(
        "UXWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435DBAG",
        public,
        Half,
        false,
        &[Fault::PrefixBits],
    );
    told("UAAV6DI", public, Half, false, &[Fault::PublicSize(1)]);
    told(
        "UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435CCIJBGMVY",
        public,
        Half,
        false,
        &[Fault::PublicSize(35)],
    );
    assert!(Fault::PublicSize(1).to_string().contains("stops answering"));
}

#[test]
fn what_nobody_reads_is_told_with_the_reason() {
    use Reading::Refused;
    let public = Kind::Public(Role::User);
    let seed = Kind::Seed(Role::User);
    told(&USER.to_lowercase(), public, Refused, true, &[Fault::LowerCase]);
    told(&format!(" {USER}\n"), public, Refused, true, &[Fault::Whitespace]);
    told(&format!("\u{feff}{SEED}"), seed, Refused, true, &[Fault::Whitespace]);
    told(&format!("\"{USER}\""), public, Refused, true, &[Fault::Quotes]);
    told(&format!("{USER}===="), public, Refused, true, &[Fault::Padding]);
    told(&USER.replace("JOGH", "J0GH"), public, Refused, true, &[Fault::LookAlike(35)]);
    told(&USER.replace("FDI4", "FD14"), public, Refused, true, &[Fault::LookAlike(11)]);
    told(&USER.replace("FDI4", "FD94"), public, Refused, false, &[Fault::Stranger(11)]);
    told(&USER.replace("FDI4", "FID4"), public, Refused, true, &[Fault::Swapped(10)]);
    told(&USER.replacen("UDW", "DUW", 1), public, Refused, true, &[Fault::Swapped(1)]);
    told(&SEED.replace("BEM", "EBM"), seed, Refused, true, &[Fault::Swapped(56)]);
    told(&USER.replace("FDI4", "FDK4"), public, Refused, false, &[Fault::Checksum]);
    told(&USER[..55], public, Refused, false, &[Fault::Length { found: 55, expected: 56 }]);
    let length = Fault::Length { found: 57, expected: 58 };
    told(&SEED.to_lowercase()[..57], seed, Refused, false, &[Fault::LowerCase, length]);
}

#[test]
fn keys_of_others_and_no_keys() {
    let identity = identify("SMAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA34LM").expect("a key");
    assert_eq!(identity.kind, Kind::Foreign { letter: 'M', secret: true });
    assert_eq!((identity.reading, &identity.faults[..]), (Reading::Refused, &[Fault::Role][..]));
    for text in ["", "alice", "USER", "\u{1f511}", "AAAA", &"a1".repeat(28), &format!("{USER}.{USER}")] {
        assert_eq!(identify(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn prop_any_text_gets_an_answer_that_agrees_with_the_readings(text in "[A-Z2-7 \\n]{0,4}(UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4|SUAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA6BEM|\\PC{0,60})[A-Z2-7=\\n]{0,7}") {
        let identity = identify(&text);
        let (kind, reading) = identity.as_ref().map_or((None, None), |id| (Some(id.kind), Some(id.reading)));
        let strict = PublicKey::parse(&text).is_ok() || Seed::parse(text.as_bytes()).is_ok();
        prop_assert_eq!(strict, reading == Some(Reading::Canonical) && !matches!(kind, Some(Kind::Private { .. })));
        if go::from_public_key(&text).is_ok() || go::from_seed(text.as_bytes()).is_ok() {
            prop_assert!(reading <= Some(Reading::Lenient) && reading.is_some());
        }
        if let Some(identity) = identity {
            prop_assert_eq!(identity.faults.is_empty(), identity.reading == Reading::Canonical);
        }
    }
}

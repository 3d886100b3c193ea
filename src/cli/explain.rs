//! `jwtfix explain`: what does a code mean?

use jwtfix::lint;
use jwtfix::render;

use super::{Exit, Failure, Terminal};

/// Say what a finding's code means; without a code, list them all
///
/// Every finding carries a code, for example `creds-seed-mismatch`. The explanation says what it means, what
/// nats-server does about it and what to do.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  jwtfix explain creds-seed-mismatch\n  jwtfix explain")]
pub(super) struct Args {
    /// Codes of findings
    #[arg(value_name = "CODE")]
    codes: Vec<String>,
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.codes.is_empty() {
        terminal.print(&render::rule_list(lint::rules(), terminal.style))?;
        return Ok(Exit::Clean);
    }
    for (index, code) in args.codes.iter().enumerate() {
        let code = code.trim_matches(|c: char| c == '[' || c == ']' || c.is_whitespace());
        match lint::rule(code) {
            Some(rule) => {
                if index > 0 {
                    terminal.print("\n")?;
                }
                terminal.print(&render::explanation(rule, terminal.style))?;
            }
            None => {
                let failure = Failure::new(format!("no rule is called `{code}`"));
                let near = near(code);
                terminal.problem(&match near.as_slice() {
                    [] => failure.hint("`jwtfix explain` lists every code"),
                    near => failure.hint(format!("did you mean {}?", near.join(", "))),
                });
            }
        }
    }
    Ok(Exit::Clean)
}

/// The codes most like a mistyped one: few edits away, or with its words in them.
fn near(code: &str) -> Vec<String> {
    let code = code.to_ascii_lowercase().replace(['_', ' '], "-");
    let words: Vec<&str> = code.split('-').filter(|word| word.len() > 3).collect();
    let mut ranked: Vec<(usize, &str)> = lint::rules()
        .filter_map(|rule| {
            let shared = words.iter().filter(|word| rule.code.contains(**word)).count();
            let edits = lint::distance(&code, rule.code);
            if edits <= 4 {
                Some((edits, rule.code))
            } else if shared > 0 && !words.is_empty() {
                Some((100 - shared, rule.code))
            } else {
                None
            }
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().take(3).map(|(_, code)| format!("`{code}`")).collect()
}

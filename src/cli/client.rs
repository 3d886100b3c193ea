//! Which clients are asked about? Those of credentials files, contexts and tokens, or one that the options describe.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jwtfix::disk;
use jwtfix::file::{Kind, What, context, recognise};
use jwtfix::nkey::{self, identify};
use jwtfix::server::client::{Client, Secret, Signature};
use jwtfix::server::via::Via;
use jwtfix::token;
use zeroize::Zeroizing;

use super::gather::LARGEST;
use super::{Failure, Terminal};

/// The client that is asked about.
#[derive(clap::Args)]
pub(crate) struct ClientArgs {
    /// The address that the server sees the client come from
    #[arg(long, value_name = "IP", help_heading = "The client")]
    from: Option<std::net::IpAddr>,
    /// How it connects: STANDARD, WEBSOCKET, LEAFNODE, LEAFNODE_WS, MQTT, MQTT_WS, IN_PROCESS
    #[arg(long, value_name = "WAY", value_parser = via, default_value = "STANDARD", help_heading = "The client")]
    pub(crate) via: Via,
    /// A user name
    #[arg(long, value_name = "NAME", help_heading = "The client")]
    user: Option<String>,
    /// A file with the user's password
    #[arg(long, value_name = "FILE", requires = "user", help_heading = "The client")]
    password_file: Option<PathBuf>,
    /// A file with a token
    #[arg(long, value_name = "FILE", help_heading = "The client")]
    token_file: Option<PathBuf>,
    /// A file with a seed: the client shows its public key and signs with it
    #[arg(long, value_name = "FILE", help_heading = "The client")]
    nkey: Option<PathBuf>,
    /// The account, by name or key, that the client's own settings say it will be in
    #[arg(long, value_name = "NAME", help_heading = "The client")]
    account: Option<String>,
}

fn via(text: &str) -> Result<Via, String> {
    Via::parse(text).ok_or_else(|| {
        let names: Vec<&str> = Via::ALL.iter().map(|via| via.name()).collect();
        format!("it is none of {}", names.join(", "))
    })
}

/// A client, and where it was found.
pub(crate) struct Asked {
    /// The file, as the user named it.
    pub(crate) path: Arc<str>,
    /// Who it is, in words.
    pub(crate) who: String,
    /// The client.
    pub(crate) client: Client,
    /// The bytes of its file.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

impl ClientArgs {
    /// Every client that the files and options describe.
    pub(crate) fn clients(&self, files: &[PathBuf], terminal: &mut Terminal) -> Result<Vec<Asked>, Failure> {
        let mut asked = Vec::new();
        for path in files {
            match self.of_file(path) {
                Ok(found) => asked.extend(found),
                Err(failure) => terminal.problem(&failure),
            }
        }
        if files.is_empty() && (self.user.is_some() || self.token_file.is_some() || self.nkey.is_some()) {
            let mut client = self.plain()?;
            let who = match (&self.nkey, &self.user) {
                (Some(path), _) => {
                    client.nkey = seed_public(path)?;
                    client.signature = Signature::By(client.nkey.clone());
                    format!("nkey {}", client.nkey)
                }
                (None, Some(user)) => format!("user {}", token::quote(user.as_bytes())),
                (None, None) => "a client with a token".to_owned(),
            };
            asked.push(Asked { path: "options".into(), who, client, bytes: Zeroizing::default() });
        }
        Ok(asked)
    }

    /// A client as the options alone describe it.
    fn plain(&self) -> Result<Client, Failure> {
        let line = |path: &PathBuf| -> Result<String, Failure> {
            let bytes = read(path)?;
            let text = String::from_utf8_lossy(&bytes);
            Ok(text.trim_end_matches(['\r', '\n']).to_owned())
        };
        Ok(Client {
            via: self.via,
            user: self.user.clone().unwrap_or_default(),
            password: match &self.password_file {
                Some(path) => Secret::text(line(path)?),
                None if self.user.is_some() => Secret::Unknown,
                None => Secret::None,
            },
            token: self.token_file.as_ref().map(line).transpose()?.map_or(Secret::None, Secret::text),
            expects: self.account.clone(),
            from: self.from.map(|from| from.to_string()),
            ..Client::default()
        })
    }

    fn of_file(&self, path: &Path) -> Result<Vec<Asked>, Failure> {
        let bytes = read(path)?;
        if recognise(&bytes).kind == Kind::Context {
            return self.of_context(path, &bytes);
        }
        self.of_bytes(path, &bytes)
    }

    /// The clients that a file's bytes describe, or a text that stands for a file.
    fn of_bytes(&self, path: &Path, bytes: &Zeroizing<Vec<u8>>) -> Result<Vec<Asked>, Failure> {
        let document = recognise(bytes);
        let seeds: Vec<(String, String)> = document
            .parts
            .iter()
            .filter(|part| part.what == What::Seed)
            .filter_map(|part| Some((part.at.clone(), identify(part.text())?.public?.to_string())))
            .collect();
        let mut asked = Vec::new();
        for part in document.tokens() {
            let claims = token::decode(part.text().as_bytes()).ok();
            // Only a user connects; what is no user is asked about all the same, if it is alone.
            let user = claims.as_ref().is_none_or(|claims| claims.kind() == token::Kind::User);
            if !user && document.tokens().count() > 1 {
                continue;
            }
            let subject = claims.as_ref().map(|claims| claims.data.sub.as_str()).unwrap_or_default();
            let own = seeds.iter().filter(|(at, _)| *at == part.at).map(|(_, public)| public);
            let seed = own.clone().find(|public| *public == subject).or_else(|| own.clone().next()).cloned();
            let client = Client {
                jwt: Some(Zeroizing::new(part.text().to_owned())),
                signature: seed.map_or(Signature::None, Signature::By),
                ..self.plain()?
            };
            let who = match &claims {
                Some(claims) => {
                    format!("{} {}", claims.kind().word(), token::quote(claims.data.name.as_bytes()))
                }
                None => "a token that cannot be read".to_owned(),
            };
            asked.push(Asked { path: path.to_string_lossy().into(), who, client, bytes: bytes.clone() });
        }
        if let ([], [(_, public)]) = (asked.as_slice(), seeds.as_slice()) {
            let client =
                Client { nkey: public.clone(), signature: Signature::By(public.clone()), ..self.plain()? };
            asked.push(Asked {
                path: path.to_string_lossy().into(),
                who: format!("nkey {public}"),
                client,
                bytes: bytes.clone(),
            });
        }
        if asked.is_empty() {
            return Err(Failure::new(format!("{} has no user's token and no seed in it", path.display()))
                .hint("give a creds file, a user's JWT or a natscli context; `jwtfix inspect` says what a file is"));
        }
        Ok(asked)
    }

    /// The client of a natscli context.
    fn of_context(&self, path: &Path, bytes: &[u8]) -> Result<Vec<Asked>, Failure> {
        let Some(context) = context::read(bytes) else { return Ok(Vec::new()) };
        let secret = |source: &context::Source, what: &str| super::context::bytes(source, what, path);
        if context.user.is_none()
            && let Some(creds) = context.creds.as_ref().or(context.nsc.as_ref())
        {
            let at = match creds {
                context::Source::Path(creds) => PathBuf::from(creds),
                _ => path.to_owned(),
            };
            return self.of_bytes(&at, &secret(creds, "creds")?);
        }
        let mut client = self.plain()?;
        let who = if let Some(user) = &context.user {
            client.user = user.clone();
            if self.password_file.is_none() && context.password {
                client.password = Secret::Unknown;
            }
            format!("user {}", token::quote(user.as_bytes()))
        } else if let Some(nkey) = &context.nkey {
            client.nkey = public(&secret(nkey, "nkey")?, path)?;
            client.signature = Signature::By(client.nkey.clone());
            format!("nkey {}", client.nkey)
        } else if let Some(jwt) = &context.user_jwt {
            let jwt = secret(jwt, "user_jwt")?;
            let text = recognise(&jwt).tokens().next().map(|part| Zeroizing::new(part.text().to_owned()));
            let text =
                text.unwrap_or_else(|| Zeroizing::new(String::from_utf8_lossy(&jwt).trim().to_owned()));
            let who = match token::decode(text.as_bytes()) {
                Ok(claims) => {
                    format!("{} {}", claims.kind().word(), token::quote(claims.data.name.as_bytes()))
                }
                Err(_) => "a token that cannot be read".to_owned(),
            };
            client.jwt = Some(text);
            if let Some(seed) = &context.user_seed {
                client.signature = Signature::By(public(&secret(seed, "user_seed")?, path)?);
            }
            who
        } else {
            if context.token {
                client.token = Secret::Unknown;
            }
            "a client without a name".to_owned()
        };
        Ok(vec![Asked { path: path.to_string_lossy().into(), who, client, bytes: Zeroizing::default() }])
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if path.as_os_str() == "-" {
        use std::io::Read;
        let mut bytes = Zeroizing::new(Vec::new());
        std::io::stdin()
            .lock()
            .take(LARGEST)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
        return Ok(bytes);
    }
    disk::read(path, LARGEST).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))
}

/// The public key of the seed in a file, read as nats.go reads it.
fn seed_public(path: &Path) -> Result<String, Failure> {
    public(&read(path)?, path)
}

/// The public key of the seed in a text of a file.
fn public(bytes: &[u8], path: &Path) -> Result<String, Failure> {
    recognise(bytes)
        .secrets()
        .find_map(|part| nkey::go::from_seed(part.text().as_bytes()).ok())
        .map(|seed| seed.public().to_string())
        .ok_or_else(|| {
            Failure::new(format!("{} has no seed in it", path.display()))
                .hint("a seed begins with SU; `jwtfix inspect` says what a file is")
        })
}

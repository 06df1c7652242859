//! A letter as an RFC 5322 message. Nothing from outside becomes a header: what goes into one is a single line of
//! printable characters, or the letter is refused.

use jiff::Timestamp;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};
use sha2::{Digest, Sha256};

use super::outbox::Letter;
use crate::msg;
use crate::words::{Explain, Msg, one_line, printable};

/// Longest subject, in characters.
const SUBJECT: usize = 240;
/// Longest line of a part that is written as it is, in bytes (RFC 5322 allows 998).
const LONGEST_LINE: usize = 990;

/// Who letters come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads `月初值班 <ops@example.com>` or a bare address.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        let bad = || MessageError::Sender(one_line(text, 120));
        if text.chars().any(char::is_control) {
            return Err(bad());
        }
        let (name, address) = match text.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"').trim(), address),
            None => ("", text),
        };
        let address: Address = address.trim().parse().map_err(|_| bad())?;
        Ok(Sender(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address)))
    }

    /// The bare address.
    pub fn address(&self) -> &Address {
        &self.0.email
    }
}

/// Why a letter cannot become a message. It never can: trying again does not help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageError {
    /// `mail.from` is no mailbox.
    Sender(String),
    /// None of its addresses is one.
    NoRecipient,
    /// The Message-ID is none.
    MessageId,
    /// The message could not be put together.
    Build(String),
}

impl Explain for MessageError {
    fn explain(&self) -> Msg {
        match self {
            MessageError::Sender(text) => msg!("mail-error-from", text = text),
            MessageError::NoRecipient => msg!("mail-error-no-recipient"),
            MessageError::MessageId => msg!("mail-error-message-id"),
            MessageError::Build(why) => msg!("mail-error-build", why = why),
        }
    }
}

/// What a message has to pass on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Any server: ASCII only.
    Ascii,
    /// A file, where people read the text with `less`: UTF-8 as it is, as long as its lines are not too long.
    Utf8,
}

/// An address of a letter, if it is one.
pub(super) fn address(text: &str) -> Option<Address> {
    let clean = !text.chars().any(|c| c.is_control() || c.is_whitespace());
    clean.then(|| text.parse().ok()).flatten()
}

/// The message, as it goes over the wire. The same letter always gives the same bytes.
pub(super) fn format(sender: &Sender, letter: &Letter, wire: Wire) -> Result<Vec<u8>, MessageError> {
    let mut builder = Message::builder()
        .from(sender.0.clone())
        .date(date(letter.queued_at))
        .message_id(Some(message_id(&letter.message_id)?))
        .raw_header(subject(&letter.subject))
        .header(AutoSubmitted);
    let addresses: Vec<Address> = letter.to.iter().filter_map(|text| address(text)).collect();
    if addresses.is_empty() {
        return Err(MessageError::NoRecipient);
    }
    for address in addresses {
        builder = builder.to(Mailbox::new(None, address));
    }
    let text = part(ContentType::TEXT_PLAIN, &letter.text, wire);
    let built = if letter.html.is_empty() {
        builder.singlepart(text)
    } else {
        let kind =
            MultiPart::builder().kind(MultiPartKind::Alternative).boundary(boundary(&letter.message_id));
        builder.multipart(kind.singlepart(text).singlepart(part(ContentType::TEXT_HTML, &letter.html, wire)))
    };
    built.map(|message| message.formatted()).map_err(|error| MessageError::Build(error.to_string()))
}

/// One part, free of control characters.
fn part(kind: ContentType, content: &str, wire: Wire) -> SinglePart {
    let content = clean(content);
    let plain = wire == Wire::Utf8 && content.lines().all(|line| line.len() <= LONGEST_LINE);
    let encoding = if plain { ContentTransferEncoding::EightBit } else { ContentTransferEncoding::Base64 };
    let body = Body::new_with_encoding(content.clone(), encoding)
        .unwrap_or_else(|_| Body::new(content.into_bytes()));
    SinglePart::builder().header(kind).body(body)
}

/// Text of a part: line ends are newlines, and there is no other control character.
pub(super) fn clean(text: &str) -> String {
    printable(&text.replace("\r\n", "\n"))
}

/// Encoded parts hold no `=_`, so this can stand in none of them; text that is written as it is could only hold it by
/// knowing the Message-ID.
fn boundary(message_id: &str) -> String {
    format!("=_{}", hex(&Sha256::digest(message_id.as_bytes())[..15]))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn date(at: Timestamp) -> std::time::SystemTime {
    // Years that a Date header can have.
    let last = Timestamp::from_second(253_000_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
    std::time::SystemTime::from(at.clamp(Timestamp::UNIX_EPOCH, last))
}

fn message_id(text: &str) -> Result<String, MessageError> {
    let bare = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
    let clean = bare.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&b));
    let halves = bare.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    (clean && halves && bare.len() <= 200).then(|| format!("<{bare}>")).ok_or(MessageError::MessageId)
}

/// `Subject`, encoded here: what looks like an encoded word must not be read as one.
fn subject(text: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    let line = one_line(text, SUBJECT);
    let plain = line.len() <= 60 && line.is_ascii() && !line.contains("=?");
    let encoded = if plain { line.clone() } else { encoded_words(&line) };
    HeaderValue::dangerous_new_pre_encoded(name, line, encoded)
}

/// RFC 2047 in base64, a line a word; no character is cut in two.
fn encoded_words(text: &str) -> String {
    let mut words = vec![String::new()];
    for c in text.chars() {
        if words.last().is_some_and(|word| word.len() + c.len_utf8() > 42) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let encoded: Vec<String> =
        words.iter().map(|word| format!("=?utf-8?B?{}?=", base64(word.as_bytes()))).collect();
    encoded.join("\r\n ")
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let sextet = (group >> (18 - 6 * place) & 63) as usize;
            text.push(if place <= chunk.len() { char::from(ALPHABET[sextet]) } else { '=' });
        }
    }
    text
}

/// No out-of-office reply, please (RFC 3834).
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

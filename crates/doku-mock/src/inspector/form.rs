//! What a page's form says.

use axum::extract::Request;
use doku_types::validate::MAX_BODY;
use http::{Uri, header};

use super::api::Refusal;
use crate::{app::App, body};

/// The fields of a form or of a query, in their order. One that nobody filled in is not there.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// The fields of a form that was sent.
    ///
    /// # Errors
    /// It is none, is too large, or did not come whole and in time.
    pub(super) async fn read(app: &App, request: Request) -> Result<Self, Refusal> {
        Self::read_up_to(MAX_FORM, app, request).await
    }

    /// The fields of a form that takes a line or two: of at most 16 KiB. One of more than 1 KiB is empty, since it
    /// cannot be meant, and the page is to say so.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) async fn read_short(
        app: &App,
        request: Request,
    ) -> Result<(Self, Option<Refusal>), Refusal> {
        let Self(mut fields) = Self::read_up_to(MAX_SHORT_FORM, app, request).await?;
        let all = fields.len();
        fields.retain(|(_, value)| value.len() <= MAX_LINE);
        let too_long = (fields.len() < all).then(|| {
            Refusal::of(format!(
                "a field had more than {MAX_LINE} bytes and is empty now: type less"
            ))
        });
        Ok((Self(fields), too_long))
    }

    async fn read_up_to(most: usize, app: &App, request: Request) -> Result<Self, Refusal> {
        let sent = request.headers().get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok());
        if !sent.is_some_and(|sent| sent.starts_with(URL_ENCODED)) {
            return Err(Refusal::of("send the form as the page has it"));
        }
        let limits = &app.config.limits;
        Ok(Self::of(&body::read(&mut request.into_body(), most, limits.body).await?))
    }

    /// The fields of a query.
    pub(super) fn of_query(uri: &Uri) -> Self {
        Self::of(uri.query().unwrap_or_default().as_bytes())
    }

    fn of(encoded: &[u8]) -> Self {
        let fields = form_urlencoded::parse(encoded).into_owned();
        Self(fields.filter(|(_, value)| !value.trim().is_empty()).collect())
    }

    /// What stands in a field, without blanks around it.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| of == name).map(|(_, value)| value.trim())
    }

    /// What stands in each of the fields of that name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(of, _)| of == name).map(|(_, value)| value.trim())
    }

    /// What stands in a field, to the blank; every line ends as a browser's text has it before it is sent.
    pub(super) fn very_text(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(of, _)| of == name)?;
        Some(value.replace("\r\n", "\n"))
    }

    /// Whether personal data is to be shown.
    pub(super) fn reveals(&self) -> bool {
        self.text("reveal") == Some("true")
    }

    /// A number; `None` if the field is not there.
    ///
    /// # Errors
    /// It holds no such number.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let read = self.text(name).map(str::parse).transpose();
        read.map_err(|_| Refusal::of(format!("{name} is not such a number")))
    }

    /// The first field of each of these names, if it is no longer than so many bytes.
    pub(super) fn only(&self, names: &[&str], most: usize) -> Self {
        let first = names.iter().filter_map(|name| self.0.iter().find(|(of, _)| of == name));
        Self(first.filter(|(_, value)| value.len() <= most).cloned().collect())
    }

    /// The same fields without one.
    pub(super) fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(of, _)| of != name).cloned().collect())
    }

    /// The same fields as a query, but for one: with this value, or without it.
    pub(super) fn with(&self, name: &str, value: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(of, _)| of != name));
        query.extend_pairs(value.map(|value| (name, value)));
        query.finish()
    }
}

const URL_ENCODED: &str = "application/x-www-form-urlencoded";
/// The largest form, in bytes: one that holds the largest document, most of whose characters may take three.
const MAX_FORM: usize = 3 * MAX_BODY + 4096;
/// The largest form of a line or two, in bytes.
const MAX_SHORT_FORM: usize = 16 << 10;
/// The longest line of such a form, in bytes.
const MAX_LINE: usize = 1 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_nobody_filled_in_are_not_there_and_links_keep_the_others() {
        let uri: Uri = "/x?a=1&b=&c=%20two%20&a=3&d=%20".parse().unwrap();
        let form = Form::of_query(&uri);
        assert_eq!(
            (form.text("a"), form.text("b"), form.text("c")),
            (Some("1"), None, Some("two"))
        );
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(form.number::<u8>("a").unwrap(), Some(1));
        assert!(form.number::<u8>("c").is_err() && form.number::<u8>("d").unwrap().is_none());
        assert_eq!(form.with("c", Some("&")), "a=1&a=3&c=%26");
        assert_eq!(form.with("a", None), "c=+two+");
    }
}

//! A request in print, as HTTP/1.1 would send it.

use http::Request;

pub(crate) fn print(request: &Request<String>) {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    println!("{} {target} HTTP/1.1", request.method());
    println!("host: {}", request.uri().host().unwrap_or_default());
    for (name, value) in request.headers() {
        println!("{name}: {}", value.to_str().unwrap_or("(not text)"));
    }
    println!("\n{}\n", request.body());
}

//! Other mocks of HTTP, and this one, answer the same GET with the same body, in turns with the floor.

mod installed;

use std::{fs, net::SocketAddr, path::Path, process::Command, time::Duration};

use serde_json::{Value, json};

use self::installed::Installed;
use super::{
    cores::Cores,
    figures::{Measured, Peer},
    floor,
    generator::{Ask, Line},
    rates::{Recorded, record},
    server::Server,
    steady::{Steady, free_address},
};
use crate::bench::{load::Result, spells::Side};

/// Installs those that are not there yet. What cannot be installed is told when it is measured.
pub(super) fn install() {
    for tool in TOOLS {
        if let Err(why) = tool.package().install() {
            eprintln!("{} is skipped: {why}", tool.package().name);
        }
    }
}

/// This mock and each peer; those that are not to be had are skipped, and say why.
pub(super) async fn measure(program: &Path, cores: &Cores, seconds: u32) -> Result<Vec<Peer>> {
    let recorded = record(program, cores).await?;
    let mut command = cores.server(program);
    let address = free_address()?;
    command.args(["--listen", &address.to_string()]);
    let bench = Bench { cores, recorded, spells: seconds * 2 };
    let own_bytes = fs::metadata(program)?.len();
    let own = bench.measure(command, address, own_bytes).await?;
    let version = format!("doku-mock {}", env!("CARGO_PKG_VERSION"));
    let mut peers = vec![Peer { name: version, measured: Some(own), skipped: None }];
    for tool in TOOLS {
        let package = tool.package();
        let name = format!("{} {}", package.name, package.version);
        eprintln!("{name}");
        let (measured, skipped) = match bench.peer(tool).await {
            Ok(measured) => (Some(measured), None),
            Err(why) => (None, Some(why.to_string())),
        };
        peers.push(Peer { name, measured, skipped });
    }
    Ok(peers)
}

/// Those that are installed by npm.
#[derive(Clone, Copy)]
enum Tool {
    Prism,
    Mockoon,
    WireMock,
}

impl Tool {
    fn package(self) -> Installed {
        let (name, package, version) = match self {
            // The last that runs on Node 18 and later: 5.15 wants Node 24.
            Self::Prism => ("Prism", "@stoplight/prism-cli", "5.14.2"),
            Self::Mockoon => ("Mockoon", "@mockoon/cli", "9.9.0"),
            Self::WireMock => ("WireMock", "wiremock", "3.13.2"),
        };
        Installed { name, package, version }
    }

    /// What runs it, which is not installed here.
    fn runtime(self) -> &'static str {
        match self {
            Self::Prism | Self::Mockoon => "node",
            Self::WireMock => "java",
        }
    }

    /// Its server on this port of loopback, with all defaults, which answers GET of the path with the body.
    fn command(self, cores: &Cores, path: &str, body: &Value, port: u16) -> Result<Command> {
        let installed = self.package();
        let (home, files) = (installed.home(), installed.home().join("files"));
        fs::create_dir_all(files.join("mappings"))?;
        let port = port.to_string();
        let mut command = cores.server(self.runtime());
        match self {
            Self::Prism => {
                let document = files.join("openapi.json");
                fs::write(&document, openapi(path, body).to_string())?;
                command.arg(home.join("node_modules/@stoplight/prism-cli/dist/index.js"));
                command.args(["mock", "--host", "127.0.0.1", "--port", &port]).arg(document);
            }
            Self::Mockoon => {
                let environment = files.join("mockoon.json");
                fs::write(&environment, mockoon(path, body).to_string())?;
                command.arg(home.join("node_modules/@mockoon/cli/bin/run.js"));
                command.args(["start", "--hostname", "127.0.0.1", "--port", &port, "--repair"]);
                // Its log would go to the home directory of whoever runs this.
                command.args(["--disable-log-to-file", "--data"]).arg(environment);
            }
            Self::WireMock => {
                fs::write(files.join("mappings/get.json"), wiremock(path, body).to_string())?;
                let version = installed.version;
                let jar = format!("node_modules/wiremock/build/wiremock-standalone-{version}.jar");
                command.arg("-jar").arg(home.join(jar));
                command.args(["--bind-address", "127.0.0.1", "--port", &port, "--root-dir"]);
                command.arg(files);
            }
        }
        Ok(command)
    }
}

struct Bench<'a> {
    cores: &'a Cores,
    recorded: Recorded,
    spells: u32,
}

impl Bench<'_> {
    async fn peer(&self, tool: Tool) -> Result<Measured> {
        let installed = tool.package();
        installed.install()?;
        let runtime = tool.runtime();
        // That it can be run is enough.
        if Command::new(runtime).arg("--version").output().is_err() {
            return Err(format!("{runtime} is not installed").into());
        }
        let address = free_address()?;
        let request = str::from_utf8(&self.recorded.ask.request)?;
        let target = request.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        let command = tool.command(self.cores, path, &self.body()?, address.port())?;
        self.measure(command, address, installed.bytes()?).await
    }

    async fn measure(
        &self,
        command: Command,
        address: SocketAddr,
        installed_bytes: u64,
    ) -> Result<Measured> {
        let server = Server::silent(command, address, async |address| {
            self.answer(address).await.is_ok_and(|answer| answer.is_some())
        });
        let server = server.await?;
        let first_answer_ms = server.started_in().as_secs_f64() * 1e3;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let idle = server.memory();
        let length = self.answer(address).await?.ok_or("it answers with another body")?;
        let ask = Ask { length: Some(length), ..self.recorded.ask.clone() };
        let floor = floor::start(self.cores, &self.recorded.reply)?;
        let mut floor = Steady::new(floor, self.recorded.ask.clone()).await?;
        let mut peer = Steady::new(server, ask).await?;
        let (mut own, mut bare) = (Side::default(), Side::default());
        // What compiles itself as it runs has had time for that.
        peer.spell(WARM_UP).await?;
        floor.spell(SPELL).await?;
        for _ in 0..self.spells {
            own.add(&peer.spell(SPELL).await?);
            bare.add(&floor.spell(SPELL).await?);
        }
        let (ratio, after) = (own.ratio(&bare), peer.server().memory());
        let (peer, floor) = (own.figure(), bare.figure());
        Ok(Measured { peer, floor, ratio, first_answer_ms, idle, after, installed_bytes })
    }

    /// How long the body is, if it says what it should, in whatever layout.
    async fn answer(&self, address: SocketAddr) -> Result<Option<usize>> {
        let mut line = Line::open(address).await?;
        let (reply, bytes) = line.exchange(&self.recorded.ask.request).await?;
        // One that comes in chunks is not put together again: its length has to do.
        let same = match serde_json::from_slice::<Value>(&bytes[reply.head..]) {
            Ok(body) => body == self.body()?,
            Err(_) => reply.body == serde_json::to_vec(&self.body()?)?.len(),
        };
        Ok((reply.status == 200 && same).then_some(reply.body))
    }

    fn body(&self) -> Result<Value> {
        let reply = str::from_utf8(&self.recorded.reply)?;
        let (_, body) = reply.split_once("\r\n\r\n").ok_or("the mock's reply has no body")?;
        Ok(serde_json::from_str(body)?)
    }
}

fn openapi(path: &str, body: &Value) -> Value {
    let reply =
        json!({ "description": "ok", "content": { "application/json": { "example": body } } });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Check Requirements", "version": "1" },
        "paths": { path: { "get": { "responses": { "200": reply } } } },
    })
}

fn mockoon(path: &str, body: &Value) -> Value {
    let response = json!({
        "uuid": "00000000-0000-4000-8000-000000000003", "default": true, "statusCode": 200, "latency": 0, "label": "",
        "headers": [{ "key": "content-type", "value": "application/json" }],
        "body": body.to_string(), "bodyType": "INLINE", "disableTemplating": true, "rules": [], "rulesOperator": "OR",
        "filePath": "", "databucketID": "", "sendFileAsBody": false, "fallbackTo404": false, "crudKey": "id", "callbacks": [],
    });
    let route = json!({
        "uuid": "00000000-0000-4000-8000-000000000002", "type": "http", "method": "get", "documentation": "",
        "endpoint": path.trim_start_matches('/'), "responseMode": null, "responses": [response],
    });
    json!({
        "uuid": "00000000-0000-4000-8000-000000000001", "lastMigration": 33, "name": "Check Requirements",
        "port": 8480, "hostname": "127.0.0.1", "endpointPrefix": "", "latency": 0, "folders": [], "headers": [],
        "cors": false, "proxyMode": false, "data": [], "callbacks": [],
        "rootChildren": [{ "type": "route", "uuid": route["uuid"] }], "routes": [route],
    })
}

fn wiremock(path: &str, body: &Value) -> Value {
    json!({
        "request": { "method": "GET", "urlPath": path },
        "response": { "status": 200, "headers": { "content-type": "application/json" }, "body": body.to_string() },
    })
}

const TOOLS: [Tool; 3] = [Tool::Prism, Tool::Mockoon, Tool::WireMock];
const SPELL: Duration = Duration::from_millis(500);
const WARM_UP: Duration = Duration::from_secs(2);

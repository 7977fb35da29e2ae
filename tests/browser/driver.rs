//! A browser driven over the WebDriver protocol: plain HTTP and JSON to chromedriver on this machine.

use serde_json::{Value as Json, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The page has this long to come to what a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// One browser with one empty profile.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts chromedriver and a browser window of this size.
    pub(crate) fn open(width: u32, height: u32) -> Browser {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver, which tests/browser/run installs");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let said = lines.by_ref().map_while(Result::ok).find(|line| line.contains("started successfully on port"));
        let port = said.unwrap().trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap();
        // Read on, or it would stop at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let mut browser = Browser { driver, port, session: String::new() };
        let window = format!("--window-size={width},{height}");
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            window.as_str(),
        ];
        let options = json!({ "args": args });
        let wanted = json!({
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "WARNING" },
        });
        let answer = browser.send("POST", "/session", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        browser.session = answer["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        browser
    }

    pub(crate) fn go(&self, url: &str) {
        self.ask("url", &json!({ "url": url }));
    }

    /// What a JavaScript function body returns.
    pub(crate) fn eval(&self, script: &str) -> Json {
        self.ask("execute/sync", &json!({ "script": script, "args": [] }))
    }

    pub(crate) fn text(&self, selector: &str) -> String {
        let text = self.eval(&format!("return document.querySelector({})?.textContent ?? ''", json!(selector)));
        text.as_str().unwrap().to_owned()
    }

    /// Waits until the expression is true.
    pub(crate) fn wait(&self, expression: &str) {
        let began = Instant::now();
        while self.eval(&format!("return Boolean({expression})")) != Json::Bool(true) {
            let state = || format!("status `{}`, error `{}`", self.text("#status"), self.text("#error"));
            assert!(began.elapsed() < PATIENCE, "waited in vain for {expression}; {}", state());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Clicks as a person does, in the middle of the element.
    pub(crate) fn click(&self, selector: &str) {
        let place = self.eval(&format!(
            "const e = document.querySelector({}); e.scrollIntoView({{ block: 'center' }}); \
             const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]",
            json!(selector)
        ));
        let whole = |at: usize| place[at].as_f64().unwrap() as i64;
        let steps = json!([
            { "type": "pointerMove", "duration": 0, "x": whole(0), "y": whole(1) },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerUp", "button": 0 },
        ]);
        let mouse = json!({ "type": "pointer", "id": "mouse", "actions": steps });
        self.ask("actions", &json!({ "actions": [mouse] }));
    }

    /// Presses a key of the keyboard on what has the focus.
    pub(crate) fn press(&self, key: Key) {
        let key = key as u32;
        let value = char::from_u32(key).unwrap().to_string();
        let steps = json!([{ "type": "keyDown", "value": value }, { "type": "keyUp", "value": value }]);
        self.ask("actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": steps }] }));
    }

    pub(crate) fn focus(&self, selector: &str) {
        self.eval(&format!("document.querySelector({}).focus()", json!(selector)));
    }

    /// Warnings and errors of the console since the last call.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.ask("se/log", &json!({ "type": "browser" }));
        log.as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
    }

    fn ask(&self, what: &str, body: &Json) -> Json {
        self.send("POST", &format!("/session/{}/{what}", self.session), body)
    }

    fn send(&self, method: &str, path: &str, body: &Json) -> Json {
        let (mut stream, body) = (TcpStream::connect(("127.0.0.1", self.port)).unwrap(), body.to_string());
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        write!(stream, "{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        // The driver keeps its connections open: the answer is as long as it says.
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).unwrap();
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap()
                }
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body).unwrap();
        let mut answer: Json = serde_json::from_slice(&body).unwrap();
        let value = answer["value"].take();
        assert!(value["error"].is_null() || value["message"].is_null(), "{path}: {value}");
        value
    }
}

impl Drop for Browser {
    /// Ends the session even of a test that failed: the driver leaves its browser behind when it is killed.
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let head = format!("DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", self.session, self.port);
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let asked = write!(stream, "{head}Content-Length: 0\r\n\r\n");
            // Its answer comes when the browser has gone.
            let _ = asked.and_then(|()| stream.read(&mut [0; 512]));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Keys by their places in the private area of Unicode, as the protocol has them.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    Right = 0xE014,
    Up = 0xE013,
}

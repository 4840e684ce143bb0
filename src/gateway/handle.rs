//! One request from its arrival to its answer: routing, the key, the four sections, and the default answers where no
//! policy says otherwise.

use std::sync::Arc;

use super::fault::Fault;
use super::live::{Live, LiveBody, LiveRequest, LiveResponse};
use super::log;
use super::pipeline::{self, Flow, Pipeline, Step};
use super::policies::Preflight;
use super::route::Route;
use super::tokens::{EventCounter, Metered, Passing, Prompt, PromptType, Usage};
use super::trace::Trace;
use super::url::Url;
use super::{ApiKind, Body, Gateway, Headers, Host, Request, Response, Way};

/// What came of a request.
pub struct Exchange {
    pub response: Response,
    pub trace: Trace,
}

impl Gateway {
    /// Answers a request. Blocks until the status and headers of the answer are known; a streamed body goes on
    /// arriving after that.
    pub fn handle(self: &Arc<Self>, request: Request, host: Arc<dyn Host>) -> Exchange {
        let url = Url::parse(&request.url);
        let found = self.routes.find(&request.method, &url).filter(|route| speaks(route, &request));
        let Some(mut route) = found else {
            if let Some(response) = self.cross_domain_file(&request, &url) {
                return Exchange { response, trace: Trace::default() };
            }
            if let Some(exchange) = self.preflight(&request, &url, &host) {
                return exchange;
            }
            return self.not_found(request, url, &host);
        };
        let authorized = self.routes.authorize(&mut route, &request, &url);
        self.run(authorized, route, request, url, &host)
    }

    /// Answers a request of the gateway's own to one of its APIs, for the caller of `outer`.
    pub(super) fn handle_for(
        self: &Arc<Self>,
        outer: &Live,
        mut route: Route,
        request: Request,
        url: Url,
    ) -> Exchange {
        route.subscription.clone_from(&outer.route.subscription);
        route.product = outer.route.product.clone().filter(|product| product.apis.contains(&route.api.id));
        self.run(Ok(()), route, request, url, &outer.host)
    }

    fn run(
        self: &Arc<Self>,
        authorized: Result<(), Fault>,
        route: Route,
        request: Request,
        url: Url,
        host: &Arc<dyn Host>,
    ) -> Exchange {
        let pipeline = self.pipeline(&route);
        let live = Live::new(self, host, route, request, url);
        if live.route.api.logs_calls && host.keeps_logs() {
            live.state().meters.push(Arc::new(log::CallMeter));
        }
        if let Err(fault) = authorized.and_then(|()| run_sections(&live, &pipeline)) {
            run_on_error(&live, &pipeline, fault);
        }
        let meters = live.state().meters.clone();
        meters.iter().for_each(|meter| meter.finished(&live));
        finish(&live)
    }

    /// Answers what matches no operation: on-error of the API that its path names, or of the service, may change it.
    /// Decision: the page about error handling (2020-01-10) lists the error among those that `context.LastError`
    /// shows, and does not say to which policies; here to those that surely apply.
    fn not_found(self: &Arc<Self>, request: Request, url: Url, host: &Arc<dyn Host>) -> Exchange {
        let route = self.routes.nearest(&url);
        let pipeline = self.pipeline(&route);
        let live = Live::new(self, host, route, request, url);
        let message = "Unable to match incoming request to an operation.";
        let fault = Fault::refusal(404, "OperationNotFound", message).saying("Resource not found");
        run_on_error(&live, &pipeline, fault.source("configuration"));
        finish(&live)
    }

    /// Answers a preflight request by the `cors` policies of the operation that it asks about. None where it is no
    /// such request, or nothing says what other origins may do.
    fn preflight(self: &Arc<Self>, request: &Request, url: &Url, host: &Arc<dyn Host>) -> Option<Exchange> {
        let method = request.headers.get("Access-Control-Request-Method")?;
        if !request.method.eq_ignore_ascii_case("OPTIONS") || !request.headers.contains("Origin") {
            return None;
        }
        let mut route = self.routes.find(&method, url)?;
        // Browsers send no key in a header, so the product is known from the query alone, or not at all.
        let _without_key = self.routes.authorize(&mut route, request, url);
        let pipeline = self.pipeline(&route);
        let live = Live::new(self, host, route, request.clone(), url.clone());
        let mut policies = pipeline.cors().peekable();
        policies.peek()?;
        let mut response = LiveResponse::empty(200);
        for cors in policies {
            match cors.preflight(&live) {
                Ok(Preflight::Unmatched) => {}
                Ok(Preflight::Ended) => break,
                Ok(Preflight::Matched(headers)) => {
                    response.headers = headers;
                    break;
                }
                Err(fault) => {
                    live.fail(fault);
                    return Some(finish(&live));
                }
            }
        }
        live.state().response = Some(response);
        Some(finish(&live))
    }

    fn cross_domain_file(&self, request: &Request, url: &Url) -> Option<Response> {
        let file = self.cross_domain.as_ref()?;
        let asks = request.method.eq_ignore_ascii_case("GET") && url.path == "/crossdomain.xml";
        let headers = Headers(vec![("Content-Type".to_owned(), "text/x-cross-domain-policy".to_owned())]);
        let body = Body::Bytes(file.clone().into_bytes());
        asks.then(|| Response { status: 200, reason: String::new(), headers, body })
    }

    fn pipeline(&self, route: &Route) -> Arc<Pipeline> {
        let way = Way {
            api: &route.api.id,
            operation: &route.operation.id,
            product: route.product.as_ref().map(|product| product.id.as_str()),
        };
        self.pipelines.get(&way).map(Arc::clone).unwrap_or_default()
    }
}

/// A WebSocket API answers handshakes alone.
fn speaks(route: &Route, request: &Request) -> bool {
    route.api.kind != ApiKind::WebSocket || is_handshake(&request.headers)
}

/// Whether a request asks for a WebSocket.
pub(super) fn is_handshake(headers: &Headers) -> bool {
    headers.get("Upgrade").is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

/// Inbound, backend, outbound. `return-response` ends all of it; an answer from the cache leaves out what makes one.
fn run_sections(live: &Arc<Live>, pipeline: &Pipeline) -> Result<(), Fault> {
    match pipeline::run(&pipeline.inbound, live)? {
        Flow::End => return Ok(()),
        Flow::Cached => return run_outbound(live, pipeline.after_store()),
        Flow::Next => {}
    }
    let prompt_tokens = estimated_prompt(live);
    if pipeline::run(&pipeline.backend, live)? == Flow::End {
        return Ok(());
    }
    tell_meters(live, prompt_tokens);
    let meters = live.state().meters.clone();
    meters.iter().try_for_each(|meter| meter.inspect(live))?;
    run_outbound(live, &pipeline.outbound)
}

fn run_outbound(live: &Arc<Live>, steps: &[Step]) -> Result<(), Fault> {
    pipeline::run(steps, live)?;
    Ok(())
}

/// Puts the default answer in place, then runs on-error, which may change it.
fn run_on_error(live: &Arc<Live>, pipeline: &Pipeline, fault: Fault) {
    live.fail(fault);
    if let Err(second) = pipeline::run(&pipeline.on_error, live) {
        live.fail(second);
    }
}

/// Tells the meters what the upstream used, or lets its stream be counted as it passes.
fn tell_meters(live: &Arc<Live>, prompt_tokens: u64) {
    let meters = live.state().meters.clone();
    if !meters.is_empty() {
        let usage = usage(live, prompt_tokens);
        for meter in &meters {
            meter.answered(live, usage.as_ref());
        }
    }
    let mut state = live.state();
    let Some(response) = &mut state.response else { return };
    let buffered = !response.unbuffered;
    response.body = match std::mem::replace(&mut response.body, LiveBody::Read) {
        LiveBody::Stream(inner) => {
            let (live, counter) = (Arc::clone(live), EventCounter::default());
            let metered = Metered { meters, live, prompt_tokens, counter };
            let metered = (!metered.meters.is_empty()).then_some(metered);
            LiveBody::Stream(Box::new(Passing::new(inner, buffered, metered)))
        }
        body => body,
    };
}

/// What the answer says it used, where all of it is here and came from an upstream.
fn usage(live: &Live, prompt_tokens: u64) -> Option<Usage> {
    let state = live.state();
    let response = state.response.as_ref().filter(|response| response.from_upstream)?;
    let body = response.body.bytes()?;
    match Usage::of_answer(body) {
        Some(usage) => usage,
        None => Metered::usage_of_events(body, prompt_tokens).map(|usage| usage.best()),
    }
}

/// Estimated before the body is sent, because afterwards it may be gone.
fn estimated_prompt(live: &Live) -> u64 {
    let state = live.state();
    if state.meters.is_empty() {
        0
    } else {
        state.request.body.bytes().map_or(0, |body| Prompt::read(body).tokens(PromptType::Auto))
    }
}

fn finish(live: &Live) -> Exchange {
    let mut state = live.state();
    // A variable may hold an object that holds this request; left in place, neither would ever be freed.
    state.variables.clear();
    // A stream may go on for minutes, and needs none of this.
    state.request.body = LiveBody::Sent;
    let mut response = state.response.take().unwrap_or_else(|| LiveResponse::empty(200));
    for (name, value) in std::mem::take(&mut state.cors.0) {
        // Of several upstream values the last word is the policy's; `Vary` is a list to which it adds.
        match response.headers.get(&name).filter(|_| name == "Vary") {
            Some(known) => response.headers.set(&name, format!("{known},{value}")),
            None => response.headers.set(&name, value),
        }
    }
    let response = Response {
        status: response.status,
        reason: response.reason,
        headers: response.headers,
        body: response.body.into_body(),
    };
    let mut trace = std::mem::take(&mut state.trace);
    if live.host.keeps_logs() {
        live.host.log_request(log::request(live, &state, &trace, response.status));
    }
    trace.secrets = live.secrets.with(&live.gateway.secrets);
    Exchange { response, trace }
}

impl Live {
    /// Fills in `context.LastError` and the default answer.
    fn fail(&self, fault: Fault) {
        let mut state = self.state();
        if let Some(answer) = &fault.answer {
            let default = answer.response(&self.request_id);
            let body = match default.body {
                Body::Bytes(bytes) => LiveBody::Bytes(bytes),
                Body::Stream(stream) => LiveBody::Stream(stream),
            };
            state.response =
                Some(LiveResponse { headers: default.headers, body, ..LiveResponse::empty(default.status) });
        }
        state.draft = None;
        state.last_error = Some(*fault.error);
    }
}

/// `context.Request.Url`: where the request would go, by the API's service URL, else as the caller wrote it.
pub(super) fn upstream_url(route: &Route, request: &LiveRequest) -> Url {
    let base = match &route.api.service_url {
        Some(url) => Url::parse(url),
        None => Url { path: String::new(), query: Vec::new(), ..request.original_url.clone() },
    };
    base.join(&request.path, &request.query)
}

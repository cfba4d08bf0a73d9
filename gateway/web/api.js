// Calls of the database's functions, by JSON-RPC. Numbers keep their digits: big ones are asked for as text.

let token = null;
let onLoggedOut = () => {};

/** Says what to do when the session has ended. */
export function whenLoggedOut(action) {
  onLoggedOut = action;
}

/** An error that the database or the gateway reports. */
export class ApiError extends Error {
  constructor(message, data) {
    super(message);
    this.data = data ?? {};
  }
}

async function send(path, options = {}) {
  const headers = { ...(options.headers ?? {}) };
  if (token && options.method && options.method !== "GET") headers["X-CSRFToken"] = token;
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options, headers });
  } catch {
    throw new ApiError("The gateway cannot be reached.");
  }
  if (response.status === 204) return null;
  const text = await response.text();
  let document = null;
  try { document = JSON.parse(text); } catch { /* not JSON: an error page */ }
  if (response.ok) return document;
  if (response.status === 401 && path !== "/auth/login/") onLoggedOut();
  const error = document?.error ?? {};
  throw new ApiError(error.message ?? `${response.status} ${response.statusText}`, error);
}

const json = (document) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(document),
});

let calls = 0;

/** Calls one method. */
export async function call(method, params = {}) {
  const answer = await send("/api/rpc/v0/", json({ jsonrpc: "2.0", id: ++calls, method, params }));
  return unpack(answer);
}

/** Calls several methods in one request: [[method, params], ...]. */
export async function callAll(requests) {
  const batch = requests.map(([method, params], at) => ({ jsonrpc: "2.0", id: at, method, params: params ?? {} }));
  const answers = await send("/api/rpc/v0/", json(batch));
  return batch.map(({ id }) => unpack(answers.find((answer) => answer.id === id)));
}

function unpack(answer) {
  if (answer?.error) throw new ApiError(answer.error.message, answer.error.data);
  return answer?.result ?? null;
}

/** A function of schema msar. */
export const msar = new Proxy({}, { get: (_, name) => (params) => call(`msar.${name}`, params) });

export async function logIn(username, password) {
  return remember(await send("/auth/login/", json({ username, password })));
}

export async function logOut() {
  await send("/auth/logout/", { method: "POST" });
  token = null;
}

export async function getSession() {
  return remember(await send("/auth/session/"));
}

function remember(session) {
  token = session.csrf_token;
  return session;
}

/** How many requests a cache has answered since the gateway began: `{cache, hits, misses}`; null without one. */
export async function countCacheRequests() {
  return send("/api/caches/v0/requests/");
}

/** Sends a file; gives the document about it. */
export async function uploadFile(file, header) {
  const form = new FormData();
  form.append("file", file);
  form.append("header", header);
  return send("/api/db/v0/data_files/", { method: "POST", body: form });
}

/** What visitors ask for: no login. */
export const visitor = {
  readShare: (slug, options) => send(`/api/shares/${encodeURIComponent(slug)}/`, json(options)),
  getForm: (formToken) => send(`/api/forms/${encodeURIComponent(formToken)}/`),
  submitForm: (formToken, values) => send(`/api/forms/${encodeURIComponent(formToken)}/`, json(values)),
  listRelated: (formToken, options) => send(`/api/forms/${encodeURIComponent(formToken)}/related/`, json(options)),
};

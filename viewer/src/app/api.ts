// The server's API (docs/openapi.json) as the page uses it. The token, if the server wants one, came in the address's
// fragment; it goes into a header that no browser sends by itself.

import { decodePack } from "../reading/pack";
import type { Reading } from "../reading/reading";
import { rankColumns, type RanksAnswer, type WatchColumns } from "../source";

export interface Problem {
  title: string;
  detail: string;
  status: number;
}

export interface Summary {
  id: string;
  name: string;
  prompt: string;
  output: string;
  model: string;
  lens: "logit" | "raw";
  created: number;
  status: "queued" | "running" | "done" | "failed" | "cancelled";
  tokens: number;
  prompt_tokens: number;
  parent?: { reading: string; position?: number };
  queue_position?: number;
  problem?: Problem;
}

export interface Model {
  name: string;
  default: boolean;
  state: "present" | "loading" | "ready" | "failed";
  fraction?: number;
  about?: string;
  notes?: string[];
  problem?: Problem;
}

export interface Models {
  models: Model[];
  limits: { prompt_tokens: number; new_tokens: number; watched: number; top_k: number; seconds: number };
}

export interface Generate {
  max_new_tokens: number;
  temperature?: number;
  top_k?: number;
  top_p?: number;
  seed?: number;
}

export interface Request {
  model?: string;
  prompt?: string;
  chat?: string;
  generate?: Generate;
  lens?: "logit" | "raw";
  watch?: string[];
  parent?: { reading: string; position?: number; token?: { text: string } | { id: number } };
}

/** What the server refused, in its own words. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

const KEY = "fathom-token";

/** Takes the token out of the address, where it must not stay. */
export function takeToken(): void {
  const found = /(?:^#|&)token=([\w.~-]+)/.exec(location.hash)?.[1];
  if (!found) return;
  localStorage.setItem(KEY, found);
  history.replaceState(history.state, "", location.pathname + location.search);
}

export const setToken = (token: string): void => localStorage.setItem(KEY, token);

async function call(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const token = localStorage.getItem(KEY);
  if (token) headers.set("authorization", `Bearer ${token}`);
  if (init.json !== undefined) {
    headers.set("content-type", "application/json");
    init = { ...init, body: JSON.stringify(init.json) };
  }
  const answer = await fetch(`/api/v1${path}`, { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new Refused({ title: "No answer", detail: "The server does not answer. Is it still running?", status: 0 });
  });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  throw new Refused({ title: problem.title ?? answer.statusText, detail: problem.detail ?? "", status: answer.status });
}

const json = async <T>(answer: Promise<Response>): Promise<T> => (await (await answer).json()) as T;

export const models = (): Promise<Models> => json(call("/models"));
export const list = async (): Promise<Summary[]> => (await json<{ readings: Summary[] }>(call("/readings"))).readings;
export const summary = (id: string): Promise<Summary> => json(call(`/readings/${id}/summary`));
export const create = (request: Request): Promise<{ id: string; queue_position: number }> =>
  json(call("/readings", { method: "POST", json: request }));
export const cancel = (id: string): Promise<Response> => call(`/readings/${id}/cancel`, { method: "POST" });
export const rename = (id: string, name: string): Promise<Response> =>
  call(`/readings/${id}`, { method: "PATCH", json: { name } });
export const remove = (id: string): Promise<Response> => call(`/readings/${id}`, { method: "DELETE" });

export async function reading(id: string): Promise<Reading> {
  const answer = await call(`/readings/${id}?format=pack`);
  return decodePack(new Uint8Array(await answer.arrayBuffer()));
}

export const ranks = async (id: string, tokens: ({ id: number } | { text: string })[]): Promise<WatchColumns[]> =>
  rankColumns(await json<RanksAnswer>(call(`/readings/${id}/ranks`, { method: "POST", json: { tokens } })));

/** Saves a reading as a file, under the name that the server gives it. */
export async function save(id: string, format: string): Promise<void> {
  const answer = await call(`/readings/${id}?format=${format}`);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? `reading.${format}`;
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  [link.href, link.download] = [url, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Follows a reading: each event in turn, until the last one. A broken stream is taken up where it broke off. */
export async function follow(id: string, hear: (event: string, data: unknown) => void, signal: AbortSignal): Promise<void> {
  let last = "";
  for (let failures = 0; !signal.aborted; ) {
    try {
      const headers: Record<string, string> = last ? { "last-event-id": last } : {};
      const answer = await call(`/readings/${id}/events`, { headers, signal });
      for await (const { event, data, id: number } of events(answer)) {
        failures = 0;
        last = number;
        hear(event, JSON.parse(data));
        if (["done", "failed", "cancelled"].includes(event)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.problem.status !== 0) throw error;
      if (++failures > 3) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

interface Sent { event: string; data: string; id: string }

/** The events of a `text/event-stream`. (EventSource could not send the token.) */
async function* events(answer: Response): AsyncGenerator<Sent> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done) return;
    text += value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const sent: Sent = { event: "message", data: "", id: "" };
      const data: string[] = [];
      for (const line of text.slice(0, end).split("\n")) {
        const [, name, rest] = /^(\w*): ?(.*)$/.exec(line) ?? [];
        if (name === "data") data.push(rest ?? "");
        else if (name === "event" || name === "id") sent[name] = rest ?? "";
      }
      text = text.slice(end + 2);
      if (data.length) yield { ...sent, data: data.join("\n") };
    }
  }
}

// One question at a time to the server: rows arrive as events until they are all there.

export class Stream {
  #running = null;

  /** Questions of a view go to `path`; checks of claims have a place of their own and no view. */
  constructor(view, path = null) {
    this.path = path ?? "api/stream";
    this.fixed = path ? {} : { view };
  }

  /** Gives up the question that is running, and its computation with it. */
  stop() {
    this.#running?.abort();
    this.#running = null;
  }

  /**
   * Asks, and calls `hear(event, data)` for everything that comes. Resolves to the last event: "done", "moot" or
   * "failed"; to null when a later question or `stop` took over. Rejects with the server's message.
   */
  async ask(question, hear) {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    const query = new URLSearchParams({ ...this.fixed, ...question });
    try {
      const answer = await fetch(`${this.path}?${query}`, { signal: running.signal });
      if (!answer.ok) throw new Error((await answer.json()).error);
      let last = null;
      for await (const [event, data] of events(answer.body)) {
        if (this.#running !== running) return null;
        last = event;
        hear(event, data);
      }
      if (!["done", "moot", "failed"].includes(last)) throw new Error(GONE);
      return last;
    } catch (error) {
      if (running.signal.aborted) return null;
      throw error instanceof TypeError ? new Error(GONE) : error;
    }
  }
}

const GONE = "No answer from the server. Is prunelaw explore still running?";

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      const blocks = text.split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const field = (name) => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        if (field("event")) yield [field("event"), JSON.parse(field("data"))];
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// An agent by the official SDK, that does what the first word of its prompt says.
import { agent, methods, ndJsonStream } from "@agentclientprotocol/sdk";
import { Readable, Writable } from "node:stream";

let cancelled = () => {};
let asked = 0;
const app = agent({ name: "test" })
  .onRequest(methods.agent.initialize, ({ params }) => ({
    protocolVersion: params.protocolVersion,
    agentCapabilities: { mcpCapabilities: { http: true } },
    agentInfo: { name: "test", version: "1" },
    _meta: { fs: params.clientCapabilities?.fs },
  }))
  .onRequest(methods.agent.session.new, ({ params }) => {
    globalThis.session = params;
    return {
      sessionId: "s1",
      configOptions: [{ id: "m", name: "Model", category: "model", type: "select", currentValue: "a",
        options: [{ value: "a", name: "A" }, { value: "b", name: "B" }] }],
    };
  })
  .onRequest(methods.agent.session.setConfigOption, ({ params }) => {
    globalThis.model = params.value;
    return { configOptions: [] };
  })
  .onNotification(methods.agent.session.cancel, () => cancelled())
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    const sessionId = params.sessionId;
    const text = params.prompt[0].text;
    const update = (update) => client.notify(methods.client.session.update, { sessionId, update });
    const say = (text) => update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
    const call = (id, title) => update({ sessionUpdate: "tool_call", toolCallId: id, title, kind: "edit", status: "pending" });
    asked += 1;
    const word = text.split(/\s/)[0];
    switch (word) {
      case "echo":
        await update({ sessionUpdate: "agent_thought_chunk", content: { type: "text", text: "Hm." } });
        await say("Let me look.");
        await call("c1", "Read the file");
        await update({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "failed" });
        for (const piece of text.slice(5).match(/.{1,3}/gs)) await say(piece);
        await update({ sessionUpdate: "usage_update", used: 10, size: 100, cost: { amount: 0.25, currency: "USD" } });
        break;
      case "permission": {
        await call("c1", "Delete everything");
        const { outcome } = await client.request(methods.client.session.requestPermission, {
          sessionId,
          toolCall: { toolCallId: "c1", rawInput: { path: "/" } },
          options: [
            { optionId: "always", name: "Always", kind: "allow_always" },
            { optionId: "once", name: "Once", kind: "allow_once" },
            { optionId: "no", name: "No", kind: "reject_once" },
          ],
        });
        await say(outcome.optionId ?? outcome.outcome);
        break;
      }
      case "files": {
        const path = globalThis.session.cwd + "/in.txt";
        const { content } = await client.request(methods.client.fs.readTextFile, { sessionId, path });
        await client.request(methods.client.fs.writeTextFile, { sessionId, path: path + ".out", content: content + "!" });
        let outside = "read";
        await client.request(methods.client.fs.readTextFile, { sessionId, path: "/etc/passwd" }).catch((e) => (outside = e.message));
        await say(`${content} ${outside}`);
        break;
      }
      case "wait": {
        await call("c1", "Wait for a sign");
        await new Promise((resolve) => (cancelled = resolve));
        return { stopReason: "cancelled" };
      }
      case "stuck":
        await call("c1", "Wait for ever");
        await new Promise((resolve) => setTimeout(resolve, 600000));
        break;
      case "json":
        await say('{"n": "x"}');
        break;
      case "never":
        globalThis.never = true;
        await say("no");
        break;
      case "That":
        await say(globalThis.never ? '{"n": true}' : '{"n": 4}');
        break;
      case "about":
        await say(JSON.stringify({ model: globalThis.model, servers: globalThis.session.mcpServers, asked, token: process.env.TOKEN, key: process.env.WFC_IDEMPOTENCY_KEY }));
        break;
      case "tools": {
        const [server] = globalThis.session.mcpServers;
        const headers = Object.fromEntries(server.headers.map((h) => [h.name, h.value]));
        let id = 0;
        const rpc = async (method, params) => {
          const body = JSON.stringify({ jsonrpc: "2.0", id: (id += 1), method, params });
          const response = await fetch(server.url, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body });
          return (await response.json()).result;
        };
        await rpc("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } });
        const { tools } = await rpc("tools/list", {});
        const said = [tools.map((t) => t.name).join(" ")];
        for (const [name, args] of [["box_search", { q: "x" }], ["box_search", {}], ["box_delete", {}], ["box_leak", {}]]) {
          const { content, isError } = await rpc("tools/call", { name, arguments: args });
          said.push(`${isError}: ${content[0].text}`);
        }
        await say(said.join("\n"));
        break;
      }
      case "refuse":
        return { stopReason: "refusal" };
      case "die":
        console.error("out of memory");
        process.exit(3);
    }
    return { stopReason: "end_turn" };
  });
app.connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));

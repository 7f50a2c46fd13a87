/** A tool as a class: state of its own, an order among its calls, live progress, an abort, and a result that can fail. */
import { Agent, type Tool, type ToolContext, type ToolOutput } from "sagent";
import { scriptedModel } from "sagent/testing";
import { z } from "zod";

const schema = z.object({ account: z.string(), amount: z.number().describe("Negative takes money out.") });
type Transfer = z.output<typeof schema>;

class Bank implements Tool<Transfer> {
  readonly name = "Transfer";
  readonly description = "Moves money in or out of an account and tells the new balance.";
  readonly schema = schema;
  readonly #balances = new Map([["alice", 100]]);

  label({ account, amount }: Transfer): string {
    return `Transfer ${amount} ${amount < 0 ? "from" : "to"} ${account}`;
  }

  /** Calls on one account of one round run in the order they were made. */
  serializeKey({ account }: Transfer): string {
    return account;
  }

  async run({ account, amount }: Transfer, context: ToolContext): Promise<ToolOutput> {
    const balance = this.#balances.get(account);
    if (balance === undefined) return { text: `There is no account "${account}".`, isError: true };
    context.progress({ type: "status", text: `Asking the bank about ${account}` });
    await context.clock.sleep(10, context.signal);
    if (context.signal.aborted) return { text: "Stopped before any money moved.", isError: true };
    if (balance + amount < 0) return { text: `Refused: ${account} has only ${balance}.`, isError: true };
    this.#balances.set(account, balance + amount);
    return { text: `${account} now has ${balance + amount}.` };
  }
}

const model = scriptedModel([
  {
    parts: [
      { call: "Transfer", args: { account: "alice", amount: -80 } },
      { call: "Transfer", args: { account: "alice", amount: -30 } },
    ],
  },
  { parts: [{ text: "The first went through; the second was refused." }] },
]);

await using agent = new Agent({ model, tools: [new Bank()] });
agent.subscribe((event) => {
  if (event.type === "message" && event.message.type === "toolResult") process.stdout.write(`${event.message.text}\n`);
});
process.stdout.write(`${(await agent.run("Take 80 and then 30 from alice.")).content}\n`);

/** What the fake does as tasks (2025-11-25): made by a call, asked about, fetched once, cancelled. */
import { type Fields, text } from "./fake-mcp-tools.ts";

interface Task {
  readonly how: string;
  looks: number;
  status: "working" | "completed" | "failed" | "cancelled";
}

export class FakeTasks {
  readonly #tasks = new Map<string, Task>();

  /** `how` it goes: well, badly, or on and on. */
  begin(how: string): Fields {
    const id = `task-${this.#tasks.size + 1}`;
    this.#tasks.set(id, { how, looks: 0, status: "working" });
    return { task: this.#shown(id) };
  }

  handle(method: string, { taskId }: Fields): Fields {
    const id = String(taskId);
    const task = this.#tasks.get(id);
    if (!task) throw new Error(`There is no task ${id}`);
    if (method === "tasks/cancel") task.status = "cancelled";
    if (method === "tasks/result") {
      if (task.status !== "completed") throw new Error("It has no result yet");
      return { ...text("Dug."), _meta: { "io.modelcontextprotocol/related-task": { taskId: id } } };
    }
    task.looks += 1;
    if (task.looks === 2 && task.how === "well") task.status = "completed";
    if (task.looks === 2 && task.how === "badly") task.status = "failed";
    return this.#shown(id);
  }

  #shown(taskId: string): Fields {
    const { status, how, looks } = this.#tasks.get(taskId) ?? { status: "working", how: "", looks: 0 };
    const at = new Date(0).toISOString();
    const pollInterval = how === "on" ? 3_600_000 : 10;
    const statusMessage = status === "failed" ? "The spade broke" : `digging, look ${looks}`;
    return { taskId, status, statusMessage, ttl: null, createdAt: at, lastUpdatedAt: at, pollInterval };
  }
}

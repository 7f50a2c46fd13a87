import { lowestSettings } from "../../agent/model.ts";
import { modelContract } from "./model.ts";
import { parrot } from "./parrot.ts";
import { rig, type Subject } from "./provider-rig.ts";
import { anthropic, gemini, openai } from "./subjects.ts";
import { bare, moonshot } from "./subjects-chat.ts";

/** A hosted adapter, in front of a fake that answers in words of its own. */
function hosted(name: string, subject: Subject): void {
  const info = { ...subject.info, maxRequestTokens: 1000 };
  modelContract(name, {
    can: { ...subject.can, calls: true, reuse: lowestSettings(info).cacheTtlSec > 0 || subject.wire !== "anthropic" },
    async open() {
      const it = await rig(subject, parrot(8000, subject.overflow), { info });
      return { model: it.model, [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() };
    },
  });
}

hosted("anthropic", anthropic);
hosted("openai", openai);
hosted("gemini", gemini);
hosted("moonshot", moonshot);
hosted("a bare server", bare);

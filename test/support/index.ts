/**
 * `sagent/testing`: what the project's own tests stand on, for users' tests. A fake provider on real HTTP, a model that
 * follows a script, a clock that the test moves, and the comparing of event sequences.
 */
export { historyProblem } from "./check-history.ts";
export { collect, describeEvents, type EventShape, eventShape, eventsOf, waitFor } from "./events.ts";
export { type FakeProviderOptions, startFakeProvider, testKey } from "./fake-provider.ts";
export {
  type FakeFailure,
  type FakeFault,
  type FakeMessage,
  type FakePart,
  type FakeProvider,
  type FakeReply,
  type FakeRequest,
  type FakeScript,
  type FakeStep,
  type FakeView,
  type Wire,
  wires,
} from "./fake-types.ts";
export { must } from "./must.ts";
export {
  type ScriptedAnswer,
  type ScriptedModel,
  type ScriptedOptions,
  type ScriptedStep,
  scriptedModel,
} from "./scripted-model.ts";
export { type TempDir, tempDir } from "./temp-dir.ts";
export { type VirtualClock, virtualClock } from "./virtual-clock.ts";

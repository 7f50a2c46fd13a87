import { providerContract } from "./provider.ts";
import { anthropic } from "./subjects.ts";

providerContract("anthropic", anthropic);

import { providerContract } from "./provider.ts";
import { openai } from "./subjects.ts";

providerContract("openai", openai);

import { providerContract } from "./provider.ts";
import { gemini } from "./subjects.ts";

providerContract("gemini", gemini);

import { providerContract } from "./provider.ts";
import { bare, custom, dashscope, minimax, moonshot } from "./subjects-chat.ts";

providerContract("moonshot", moonshot);
providerContract("dashscope", dashscope);
providerContract("minimax", minimax);
providerContract("a bare server", bare);
providerContract("a described server", custom);

/** The form in which a model edits: each company trained its models on one. */
import type { ModelInfo } from "../../agent/model.ts";
import type { AnyTool } from "../../agent/tool.ts";
import { applyPatchTool } from "../apply-patch.ts";
import { editTool } from "../edit.ts";
import { replaceTool } from "../replace.ts";
import type { ToolSettings } from "../settings.ts";

const forms = { edit: editTool, apply_patch: applyPatchTool, replace: replaceTool } as const;
type Form = keyof typeof forms;

/** All of them, to be chosen by name. */
const editForms: readonly AnyTool[] = Object.values(forms);

/** Edit in the form that suits each model, or that the setting `Edit.format` names. A call in another form works too. */
export function editToolWith(settings: ToolSettings): AnyTool {
  const formFor = (info: ModelInfo): AnyTool => {
    const format = settings.get("Edit", "format");
    return forms[format === "auto" ? trainedForm(info) : format];
  };
  return { ...editTool, forms: { all: editForms, formFor } };
}

/** The tool without the forms that may not be used; who would be told of one of them is told of the tool itself. */
export function withoutForms(tool: AnyTool, isAllowed: (form: AnyTool) => boolean): AnyTool {
  const { forms } = tool;
  if (!forms || forms.all.every(isAllowed)) return tool;
  const formFor = (info: ModelInfo) => {
    const form = forms.formFor(info);
    return isAllowed(form) ? form : editTool;
  };
  return { ...tool, forms: { all: forms.all.filter(isAllowed), formFor } };
}

/**
 * By the model's family, whoever serves it. OpenAI's models know patches since GPT-4.1, its open ones too. Sources: OpenAI's
 * GPT-4.1 prompting guide; the tools of codex and of gemini-cli.
 */
export function trainedForm({ provider, id, wireId }: Pick<ModelInfo, "provider" | "id" | "wireId">): Form {
  const name = `${wireId} ${id}`.toLowerCase();
  if (/claude|opus|sonnet|haiku|gpt-3|gpt-4(?!\.1)/.test(name)) return "edit";
  if (name.includes("gemini")) return "replace";
  if (/\b(?:openai|codex|gpt|o[1-9])\b/.test(name)) return "apply_patch";
  return provider === "openai" ? "apply_patch" : provider === "google" ? "replace" : "edit";
}

export { multiplyAddPeak } from "./peak.as";
export {
  complete,
  completeStep,
  engage,
  fail,
  failed,
  openStep,
  progress,
  serve,
  submit,
  submitted,
} from "./team.as";
export {
  beginMultiply,
  beginPackUpdate,
  beginUpdate,
  finishReflection,
  reflect,
} from "./tridiagonalize.as";

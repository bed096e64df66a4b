// Hands the backend, real or fake, to the components.

import { createContext, useContext } from "react";
import type { Backend } from "../transport/backend";

export const BackendContext = createContext<Backend | undefined>(undefined);

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (!backend) throw new Error("no backend above this component");
  return backend;
}

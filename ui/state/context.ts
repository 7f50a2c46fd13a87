/** The store, for any view. */
import { createContext, useContext } from "solid-js";
import type { Store } from "./store.ts";

export const StoreContext = createContext<Store>();

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error("There is no store around this view.");
  return store;
}

/** Pseudo-terminals from the system itself: `Bun.Terminal` reads one as fast as it can and cannot be told to wait. */
import { dlopen, ptr } from "bun:ffi";
import { closeSync, constants } from "node:fs";

export interface PtyDevice {
  /** The end of whoever shows it, not blocking, closed in children. The one who opened it closes it. */
  readonly fd: number;
  /** The end of the programs. */
  readonly path: string;
  resize(cols: number, rows: number): void;
}

type Open = () => PtyDevice | undefined;

const closeOnExec = 0o2000000;
// `TIOCSWINSZ` of `asm-generic/ioctls.h`.
const setWindowSize = 0x5414;
let open: Open | undefined;

/** Undefined where there is no glibc (not Linux), or no pseudo-terminal to be had. */
export function openPty(): PtyDevice | undefined {
  open ??= loadOpen();
  return open();
}

function loadOpen(): Open {
  if (process.platform !== "linux") return () => undefined;
  try {
    const { symbols } = load();
    return () => {
      const fd = symbols.posix_openpt(constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK | closeOnExec);
      if (fd < 0) return undefined;
      const name = Buffer.alloc(64);
      if (symbols.grantpt(fd) !== 0 || symbols.unlockpt(fd) !== 0 || symbols.ptsname_r(fd, ptr(name), 64) !== 0) {
        closeSync(fd);
        return undefined;
      }
      const resize = (cols: number, rows: number) =>
        void symbols.ioctl(fd, setWindowSize, ptr(Uint16Array.of(rows, cols, 0, 0)));
      return { fd, path: name.toString("latin1", 0, name.indexOf(0)), resize };
    };
  } catch {
    return () => undefined;
  }
}

function load() {
  return dlopen("libc.so.6", {
    posix_openpt: { args: ["i32"], returns: "i32" },
    grantpt: { args: ["i32"], returns: "i32" },
    unlockpt: { args: ["i32"], returns: "i32" },
    ptsname_r: { args: ["i32", "ptr", "u64"], returns: "i32" },
    ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" },
  });
}

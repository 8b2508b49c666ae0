import { answers } from "./answers.ts";
import { bodies } from "./bodies.ts";
import { connections } from "./connections.ts";
import { wrongEnvironments } from "./environment.ts";
import { errors } from "./errors.ts";
import { factorRaces } from "./factor-races.ts";
import { faultsBackup } from "./faults-backup.ts";
import { faultsClock } from "./faults-clock.ts";
import { faultsCrash } from "./faults-crash.ts";
import { faultsDisk } from "./faults-disk.ts";
import { faultsLock } from "./faults-lock.ts";
import { faultsLog } from "./faults-log.ts";
import { faultsMail } from "./faults-mail.ts";
import { faultsProcesses } from "./faults-processes.ts";
import { faultsReadOnly } from "./faults-read-only.ts";
import { faultsReload } from "./faults-reload.ts";
import { faultsReplaced } from "./faults-replaced.ts";
import { faultsReplacement } from "./faults-replacement.ts";
import { faultsStop } from "./faults-stop.ts";
import { faultsUpgrade } from "./faults-upgrade.ts";
import { forwardAuthScenarios } from "./forward-auth.ts";
import { guessing } from "./guessing.ts";
import { hashingLoad } from "./hashing-load.ts";
import { linkRaces } from "./link-races.ts";
import { manyRowsAtOnce } from "./many-rows.ts";
import { oneAgainstAll } from "./one-against-all.ts";
import { postgresDisk } from "./postgres-disk.ts";
import { postgresFaults } from "./postgres-faults.ts";
import { postgresKill } from "./postgres-kill.ts";
import { postgresRaces } from "./postgres-races.ts";
import { prometheusScenarios } from "./prometheus.ts";
import { races } from "./races.ts";
import type { Scenario } from "./scenario.ts";
import { timing } from "./timing.ts";
import { unkindContent } from "./unkind.ts";
import { uploads } from "./uploads.ts";
import { verifiers } from "./verifier.ts";

/** All scenarios, in the order in which they are run. README.md says what each is about. */
export const scenarios: Scenario[] = [
  ...unkindContent, // takes longest
  ...guessing,
  ...races,
  ...linkRaces,
  ...factorRaces,
  ...manyRowsAtOnce,
  ...timing,
  ...hashingLoad,
  ...oneAgainstAll,
  ...faultsCrash,
  ...faultsLock,
  ...faultsDisk,
  ...faultsReadOnly,
  ...wrongEnvironments,
  ...connections,
  ...bodies,
  ...uploads,
  ...faultsStop,
  ...faultsReplacement,
  ...faultsReload,
  ...faultsProcesses,
  ...faultsReplaced,
  ...forwardAuthScenarios,
  ...prometheusScenarios,
  ...faultsLog,
  ...faultsMail,
  ...faultsBackup,
  ...faultsUpgrade,
  ...faultsClock,
  ...verifiers,
  ...postgresRaces,
  ...postgresFaults,
  ...postgresDisk,
  ...postgresKill,
  ...answers,
  ...errors,
];

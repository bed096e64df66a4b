// Signs anybody in whose password is not "wrong"; whose address begins with "admin" is an administrator. An invitation `used.…`, an address
// `taken@…` and a password with "password" in it are refused.

import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { create } from "@bufbuild/protobuf";
import { AccountRole, AccountSchema, type AccountService } from "../../gen/cobrowse/v1/account_pb";
import { fail } from "./fake-failure";

const ACCOUNT = create(AccountSchema, { id: "a1", tenant: "northwind", company: "Northwind Support", name: "Sam de Vries", email: "sam@northwind.example", role: AccountRole.AGENT });
const KEY = "cobrowse.fake.signed-in";

export function accountsOf(): Partial<ServiceImpl<typeof AccountService>> {
  const people = [ACCOUNT];
  return {
    signIn: ({ email, password }) => {
      if (password === "wrong") throw new ConnectError("no", Code.Unauthenticated);
      const account = email.startsWith("admin") ? { ...ACCOUNT, id: "a0", name: "Noor Haddad", email, role: AccountRole.ADMINISTRATOR } : ACCOUNT;
      sessionStorage.setItem(KEY, JSON.stringify(account));
      return { account, token: "t" };
    },
    setUpAdministrator: ({ invitation, name, email, password }) => {
      if (invitation.startsWith("used.")) throw fail(Code.NotFound, "InvitationInvalid");
      if (email.startsWith("taken@")) throw fail(Code.AlreadyExists, "EmailTaken");
      if (password.includes("password")) throw fail(Code.InvalidArgument, "Invalid", { field: "password" });
      const account = { ...ACCOUNT, id: "a0", name, email, role: AccountRole.ADMINISTRATOR };
      sessionStorage.setItem(KEY, JSON.stringify(account));
      people.push(account);
      return { account, token: "t" };
    },
    listAccounts: () => ({ accounts: people }),
    createAccount: ({ name, email, role }) => {
      if (email.startsWith("taken@")) throw fail(Code.AlreadyExists, "EmailTaken");
      const account = { ...ACCOUNT, id: `a${people.length + 1}`, name, email, role };
      people.push(account);
      return { account, password: "k7mn-p2qr-s5tu-w8xy" };
    },
    signOut: () => {
      sessionStorage.removeItem(KEY);
      return {};
    },
    getAccount: () => {
      const kept = sessionStorage.getItem(KEY);
      if (!kept) throw new ConnectError("nobody", Code.Unauthenticated);
      return { account: JSON.parse(kept) as typeof ACCOUNT };
    },
  };
}

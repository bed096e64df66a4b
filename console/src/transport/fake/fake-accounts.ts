// Signs anybody in whose password is not "wrong".

import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { create } from "@bufbuild/protobuf";
import { AccountRole, AccountSchema, type AccountService } from "../../gen/cobrowse/v1/account_pb";

const ACCOUNT = create(AccountSchema, { id: "a1", tenant: "northwind", company: "Northwind Support", name: "Sam de Vries", email: "sam@northwind.example", role: AccountRole.AGENT });
const KEY = "cobrowse.fake.signed-in";

export function accountsOf(): Partial<ServiceImpl<typeof AccountService>> {
  return {
    signIn: ({ password }) => {
      if (password === "wrong") throw new ConnectError("no", Code.Unauthenticated);
      sessionStorage.setItem(KEY, "1");
      return { account: ACCOUNT, token: "t" };
    },
    setUpAdministrator: ({ name, email }) => {
      sessionStorage.setItem(KEY, "1");
      return { account: { ...ACCOUNT, name, email, role: AccountRole.ADMINISTRATOR }, token: "t" };
    },
    signOut: () => {
      sessionStorage.removeItem(KEY);
      return {};
    },
    getAccount: () => {
      if (!sessionStorage.getItem(KEY)) throw new ConnectError("nobody", Code.Unauthenticated);
      return { account: ACCOUNT };
    },
  };
}

// Filled in by the pod before the first navigation: the selectors of the tenant.
const TENANT_SELECTORS = [];

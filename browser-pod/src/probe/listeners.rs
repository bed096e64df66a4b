//! Reads the kernel's tables of TCP sockets. It opens none.

/// The state of a socket that listens.
const LISTEN: &str = "0A";

/// Whether a table, as in /proc/net/tcp, has a listener at this port.
pub(super) fn listens(table: &str, port: u16) -> bool {
    table.lines().skip(1).any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (Some(local), Some(_), Some(state)) = (fields.next(), fields.next(), fields.next()) else { return false };
        let own = local.rsplit(':').next().and_then(|own| u16::from_str_radix(own, 16).ok());
        state == LISTEN && own == Some(port)
    })
}

#[cfg(test)]
mod tests {
    use super::listens;

    const TABLE: &str = "  sl  local_address                         remote_address                        st\n   \
        0: 00000000000000000000000000000000:21FC 00000000000000000000000000000000:0000 0A 00000000:00000000\n   \
        1: 0000000000000000FFFF00000100007F:21FD 0000000000000000FFFF00000100007F:21FC 01 00000000:00000000\n";

    #[test]
    fn only_a_listener_of_the_port_counts() {
        assert!(listens(TABLE, 8_700));
        assert!(!listens(TABLE, 8_701));
        assert!(!listens(TABLE, 80));
        assert!(!listens("", 8_700) && !listens("head\nnonsense\n", 8_700));
    }
}

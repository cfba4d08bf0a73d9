//! Currency marks before or after an amount.

/// Whether a mark is one: a currency symbol, with a few letters before it or after it (`US$`, `R$`), a currency code of
/// ISO 4217, or one of the abbreviations that people write instead. Units (`kg`, `%`) and words are none.
pub(crate) fn is_mark(mark: &str) -> bool {
    is_symbol(mark) || CODES.binary_search(&mark).is_ok() || ABBREVIATIONS.contains(&mark)
}

fn is_symbol(mark: &str) -> bool {
    let is_symbol = |letter: char| matches!(letter, '$' | '¢'..='¥' | '֏' | '؋' | '৲' | '৳' | '฿' | '៛' | '₠'..='⃀' | '﷼' | '＄' | '￠' | '￡' | '￥' | '￦');
    mark.chars().filter(|&letter| is_symbol(letter)).count() == 1
        && mark.chars().count() <= 4
        && mark
            .chars()
            .all(|letter| is_symbol(letter) || letter.is_ascii_alphabetic())
}

/// Abbreviations of currencies without a symbol of their own.
const ABBREVIATIONS: [&str; 16] = [
    "kr", "kr.", "zł", "Kč", "Ft", "Fr.", "SFr.", "Rs", "Rs.", "RM", "Rp", "лв.", "руб.", "грн", "元", "円",
];

/// The active codes of ISO 4217, without those for metals, funds and tests; sorted.
const CODES: [&str; 154] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF",
    "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLP", "CNY", "COP",
    "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP",
    "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD",
    "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK",
    "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR",
    "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP",
    "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
    "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD",
    "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF",
    "XPF", "YER", "ZAR", "ZMW",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        assert!(CODES.is_sorted());
        for mark in ["$", "€", "£", "¥", "₹", "US$", "R$", "USD", "CHF", "kr", "Fr."] {
            assert!(is_mark(mark), "{mark}");
        }
        for mark in ["", "%", "kg", "usd", "R", "$$", "{", "No.", "EURO$", "\""] {
            assert!(!is_mark(mark), "{mark}");
        }
    }
}

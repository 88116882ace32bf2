//! Open code lists: DOKU's codes as they are, known values by name, unknown ones kept as text.
//!
//! DOKU's lists grow, and several are cut off on the page that documents them. So reading a code
//! never fails: a value that is not known here becomes `Unknown`, keeps its text and is written
//! back unchanged. `Unknown` cannot be constructed outside this crate, so a code that becomes
//! known later moves to its own variant without two spellings of one value.
//!
//! ```
//! use doku_types::code::{BusinessType, FileCategory};
//!
//! let known: BusinessType = "PERSONAL".parse().unwrap();
//! assert_eq!(known, BusinessType::Personal);
//!
//! let newer = FileCategory::from("SELFIE_VIDEO");
//! assert!(!newer.is_known());
//! assert_eq!(newer.as_str(), "SELFIE_VIDEO");
//! ```

mod open;

pub use open::UnknownCode;
pub(crate) use open::open_code;

open_code! {
    /// `business.type`, and the query parameter `businessType` (documented: Check Requirements API).
    BusinessType {
        Personal = "PERSONAL";
        Corporate = "CORPORATE";
    }
}

open_code! {
    /// `business.legal_entity`, and the query parameter `businessLegalEntity`
    /// (documented: Check Requirements API). [`LegalEntity::Perseorangan`] goes with
    /// [`BusinessType::Personal`], the others with [`BusinessType::Corporate`].
    LegalEntity {
        Perseorangan = "PERSEORANGAN", "Personal";
        Pt = "PT";
        Cv = "CV";
        Ud = "UD";
        Koperasi = "KOPERASI";
        Firma = "FIRMA";
        Pp = "PP";
        Bumn = "BUMN";
        PtnBh = "PTN_BH";
        Yayasan = "YAYASAN";
        PerkumpulanBerbadanHukum = "PERKUMPULAN_BERBADAN_HUKUM";
        Blu = "BLU";
    }
}

open_code! {
    /// The query parameter `brandBusinessLine` (documented: Check Requirements API, whose list is
    /// cut off after `ONLINE_ST`).
    BusinessLine {
        Retail = "RETAIL";
        Agriculture = "AGRICULTURE";
        CapitalMarket = "CAPITAL_MARKET";
        Charity = "CHARITY";
        Communication = "COMMUNICATION";
        DigitalAndGame = "DIGITAL_AND_GAME";
        Education = "EDUCATION";
        EventOrganizer = "EVENT_ORGANIZER";
        FinancialService = "FINANCIAL_SERVICE";
        FoodAndBeverage = "FOOD_AND_BEVERAGE";
        GasStation = "GAS_STATION";
        Hospitality = "HOSPITALITY";
        Insurance = "INSURANCE";
        Logistics = "LOGISTICS";
        Manufacture = "MANUFACTURE";
        Marketplace = "MARKETPLACE";
        Mining = "MINING";
    }
}

open_code! {
    /// `category` of an uploaded file (documented: Upload File API).
    FileCategory {
        OwnerLiveness = "OWNER_LIVENESS", "Owner Liveness";
        PhotoProof = "PHOTO_PROOF", "Brand Photo Proof";
        Logo = "LOGO";
        Document = "DOCUMENT";
        ServiceAgreement = "SERVICE_AGREEMENT";
        BankAccount = "BANK_ACCOUNT";
    }
}

open_code! {
    /// `code` of a document (documented: Upload File API, whose list is cut off).
    DocumentCode {
        AktaPendirianPerusahaan = "AKTA_PENDIRIAN_PERUSAHAAN";
        Bpom = "BPOM";
        CompanyRegistration = "COMPANY_REGISTRATION";
        IzinBlu = "IZIN_BLU";
        IzinBopi = "IZIN_BOPI";
        IzinDispendikKemendikbud = "IZIN_DISPENDIK_KEMENDIKBUD";
        IzinDistributorResmi = "IZIN_DISTRIBUTOR_RESMI";
        IzinEdarAlatKesehatan = "IZIN_EDAR_ALAT_KESEHATAN";
        IzinKeramaian = "IZIN_KERAMAIAN";
        IzinKoperasiSimpanPinjam = "IZIN_KOPERASI_SIMPAN_PINJAM";
        IzinPenyelenggaraanIbadahHajiDanUmrah = "IZIN_PENYELENGGARAAN_IBADAH_HAJI_DAN_UMRAH";
        IzinPmb = "IZIN_PMB";
        IzinPub = "IZIN_PUB";
        IzinUsaha = "IZIN_USAHA";
        IzinUsahaPerseorangan = "IZIN_USAHA_PERSEORANGAN";
        KitasOrKitap = "KITAS_OR_KITAP";
        Ktp = "KTP", "Kartu Tanda Penduduk";
        LicenseAsic = "LICENSE_ASIC";
        LicenseCftc = "LICENSE_CFTC";
        LicenseCysec = "LICENSE_CYSEC";
        LicenseFca = "LICENSE_FCA";
    }
}

open_code! {
    /// `brands[].category` of a registration (documented: Business Registration API, by samples).
    BrandCategory {
        Retail = "RETAIL";
        NonRetail = "NON_RETAIL";
    }
}

open_code! {
    /// `brands[].transaction_frequency` (`UMI` documented; `UKE` second hand; the others A19).
    TransactionFrequency {
        Umi = "UMI", "< IDR 20 Mio";
        Uke = "UKE";
        Ume = "UME";
        Ube = "UBE";
    }
}

open_code! {
    /// `brands[].transaction_quantity` (documented: Business Registration API, by samples).
    TransactionQuantity {
        UpTo100 = "UP_TO_100", "< 100";
    }
}

open_code! {
    /// `brands[].ticket_size` (documented: Get Business Data API, by samples).
    TicketSize {
        UpTo50K = "UP_TO_50K", "Less than or equal to IDR 50.000";
    }
}

open_code! {
    /// `website_readiness` and `mobile_app_readiness` (documented: Get Business Data API). The
    /// page names `HAVE` after a website ("Have a website"), so it has no human name here.
    Readiness {
        Have = "HAVE";
        DontHave = "DONT_HAVE";
        UnderDevelopment = "UNDER_DEVELOPMENT", "Under development";
    }
}

open_code! {
    /// `banks[].currency`: ISO 4217 (documented: Business Registration API, by samples).
    Currency {
        Idr = "IDR";
    }
}

open_code! {
    /// `forms[].code` of a document (documented: Check Requirements API, by samples).
    FormCode {
        NoKtp = "NO_KTP", "No. KTP (NIK)";
    }
}

open_code! {
    /// `services[].code`: a payment method of a brand (second hand; A25).
    PaymentMethod {
        Qris = "QRIS", "QRIS";
    }
}

open_code! {
    /// `platform`: by which way a business was registered (documented: Get Business Data API, by
    /// samples).
    Platform {
        Api = "api";
    }
}

open_code! {
    /// `social_media[].code` (documented: Business Registration API, by samples).
    SocialMediaCode {
        Instagram = "INSTAGRAM";
        Facebook = "FACEBOOK";
    }
}

open_code! {
    /// `contacts[].position` (documented: Business Registration API, by samples).
    Position {
        Owner = "OWNER";
    }
}

open_code! {
    /// `status` of a business, a brand, a part of either, or a service, in replies and callbacks
    /// (second hand and assumed: A01, A02, A03, A07).
    Status {
        /// Being reviewed: a business or a brand not yet decided.
        Updating = "UPDATING";
        /// Being activated: a service not yet decided.
        Pending = "PENDING";
        /// A part that passed review.
        Approved = "APPROVED";
        /// A business, brand, operational status or service that may work.
        Active = "ACTIVE";
        /// A part, business, brand or service that was refused.
        Rejected = "REJECTED";
        /// An operational status: suspended.
        Suspended = "SUSPENDED";
        /// An operational status: suspended in full.
        FullSuspended = "FULL_SUSPENDED";
    }
}

open_code! {
    /// `finance_status` and `risk_engine_status` of a brand (documented by samples, but `APPROVED`: A29).
    ReviewStatus {
        Probation = "PROBATION";
        OnProcess = "ON_PROCESS";
        Approved = "APPROVED";
    }
}

open_code! {
    /// `type` of a KYB callback (documented: Partner API overview).
    CallbackType {
        BrandOperationalStatus = "BRAND.OPERATIONAL_STATUS";
        Business = "BUSINESS";
        BusinessContact = "BUSINESS_CONTACT";
        BusinessAddress = "BUSINESS_ADDRESS";
        BusinessDocument = "BUSINESS_DOCUMENT";
        BusinessBank = "BUSINESS_BANK";
        Brand = "BRAND";
        BrandSocialMedia = "BRAND_SOCIAL_MEDIA";
        BrandPhotoProof = "BRAND_PHOTO_PROOF";
        /// Activation of a service (payment method), the one type that is not about KYB.
        BrandProduct = "BRAND_PRODUCT";
    }
}

open_code! {
    /// `error.code` of the gateway's envelope (observed on the payment APIs; A10, A11 here).
    GatewayCode {
        /// A header is missing or malformed.
        InvalidHeaderRequest = "invalid_header_request";
        /// `Request-Timestamp` is more than 3600 s from DOKU's clock.
        RequestTimeOutOfRange = "request_time_out_of_range";
        /// No such `Client-Id`.
        InvalidClientId = "invalid_client_id";
        /// The signature is not the one this request should have.
        InvalidSignature = "invalid_signature";
        /// The `Request-Id` was used before (second hand). The page has it otherwise: 409 and the
        /// body of the first reply (IDEM). Whichever comes: ask for the status, do not repeat.
        IdempotentRequest = "idempotent_request";
        /// The bearer of an upload is missing, malformed, foreign or expired (A11).
        InvalidToken = "invalid_token";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_known_code_reads_back_as_itself() {
        for code in CallbackType::all() {
            assert_eq!(&CallbackType::from(code.as_str()), code);
            assert!(code.is_known());
        }
        assert_eq!(CallbackType::all().len(), 10);
    }

    #[test]
    fn human_names_are_known_where_doku_shows_them() {
        assert_eq!(TransactionFrequency::Umi.human_name(), Some("< IDR 20 Mio"));
        assert_eq!(TransactionFrequency::Uke.human_name(), None);
        assert_eq!(TransactionFrequency::Uke.shown(), "UKE");
    }

    proptest! {
        #[test]
        fn any_text_survives_a_code_list(text in ".*") {
            let code = DocumentCode::from(text.as_str());
            prop_assert_eq!(code.as_str(), &text);
            let json = serde_json::to_string(&code).unwrap();
            prop_assert_eq!(serde_json::from_str::<DocumentCode>(&json).unwrap(), code);
        }
    }
}
